namespace SmartEms.Edge;

/// <summary>Where things lie on a box, unless an option says otherwise.</summary>
internal static class Paths
{
    public const string Site = "/etc/smartems/site.yaml";
    public const string ProfileOverrides = "/etc/smartems/profiles.d";
    public const string Store = "/var/lib/smartems/store.db";
    public const string Socket = "/run/smartems/ctl.sock";
}
