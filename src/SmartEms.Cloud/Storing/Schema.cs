namespace SmartEms.Cloud.Storing;

/// <summary>The tables, made when they are not there. Every entry of a box is kept once, by its number; a quarter-hour once, by its slot.</summary>
internal static class Schema
{
    public const string Text = """
        CREATE TABLE IF NOT EXISTS smartems_meta (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), epoch bigint NOT NULL);
        INSERT INTO smartems_meta (epoch) VALUES (extract(epoch FROM clock_timestamp())::bigint) ON CONFLICT DO NOTHING;
        CREATE TABLE IF NOT EXISTS smartems_box (
            id serial PRIMARY KEY, tenant text NOT NULL, site text NOT NULL, box text NOT NULL,
            through bigint NOT NULL DEFAULT 0, advanced timestamptz NOT NULL DEFAULT clock_timestamp(),
            state jsonb, seen timestamptz NOT NULL DEFAULT clock_timestamp(), UNIQUE (tenant, site, box));
        CREATE TABLE IF NOT EXISTS smartems_covered (box int NOT NULL REFERENCES smartems_box, from_seq bigint NOT NULL, to_seq bigint NOT NULL, PRIMARY KEY (box, from_seq));
        CREATE TABLE IF NOT EXISTS smartems_entry (box int NOT NULL, seq bigint NOT NULL, kind text NOT NULL, body jsonb NOT NULL, PRIMARY KEY (box, seq));
        CREATE TABLE IF NOT EXISTS smartems_summary (
            box int NOT NULL, slot bigint NOT NULL, seq bigint NOT NULL, import_wh double precision, export_wh double precision, pv_wh double precision,
            charge_wh double precision, discharge_wh double precision, ev_wh double precision, load_wh double precision, cost double precision,
            soc_pct double precision, watched_s double precision, PRIMARY KEY (box, slot));
        CREATE OR REPLACE FUNCTION smartems_advance(boxes int[]) RETURNS TABLE (box int, through bigint) LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        DECLARE b int; t bigint; reached bigint;
        BEGIN
            FOREACH b IN ARRAY boxes LOOP
                SELECT x.through INTO t FROM smartems_box x WHERE x.id = b FOR UPDATE;
                reached := t;
                LOOP
                    SELECT max(c.to_seq) INTO t FROM smartems_covered c WHERE c.box = b AND c.from_seq <= reached + 1;
                    EXIT WHEN t IS NULL OR t <= reached;
                    reached := t;
                END LOOP;
                UPDATE smartems_box x SET through = reached, advanced = CASE WHEN reached > x.through THEN clock_timestamp() ELSE x.advanced END WHERE x.id = b;
                DELETE FROM smartems_covered c WHERE c.box = b AND c.to_seq <= reached;
                box := b; through := reached; RETURN NEXT;
            END LOOP;
        END $$;
        """;
}
