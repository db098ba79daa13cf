// An independent client: npm's mqtt reads every topic of a tenant, zlib opens what is pressed, and ajv holds each payload against the published schema.
// Arguments: port, folder of the schemas, tenant, site, box. Writes one line of JSON for each message, until its standard input ends.
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const mqtt = require('mqtt');
const Ajv = require('ajv/dist/2020');

const [port, folder, tenant, site, box] = process.argv.slice(2);
const own = `smartems/v1/${tenant}/${site}/${box}/`;
const answers = `smartems/v1/${tenant}/answer/reader/`;
const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
const schemas = {};
for (const file of fs.readdirSync(folder))
  schemas[path.basename(file, '.json')] = ajv.compile(JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));

const client = mqtt.connect({ host: '127.0.0.1', port: Number(port), protocolVersion: 5, clientId: `reader-${process.pid}`, clean: true });
const say = line => process.stdout.write(JSON.stringify(line) + '\n');

const schemaOf = topic => {
  if (topic.startsWith(answers))
    return { pull: 'answer', command: 'result' }[topic.slice(answers.length)];
  const last = topic.startsWith(own) ? topic.slice(own.length) : topic;
  return { 'cmd/summary?': 'pull', cmd: null }[last] ?? last;
};

client.on('connect', () => client.subscribe(`smartems/v1/${tenant}/#`, { qos: 1 }, failure => {
  if (failure)
    throw failure;
  say({ ready: true });
}));
client.on('error', failure => { say({ trouble: String(failure) }); process.exit(1); });

client.on('message', (topic, payload, packet) => {
  const schema = schemaOf(topic);
  if (topic === own + 'cmd')
    return; // bytes, not JSON
  const properties = packet.properties ?? {};
  const text = properties.contentType === 'application/json+zlib' ? zlib.inflateSync(payload) : payload;
  const correlation = properties.correlationData?.toString('hex') ?? '';
  let errors = null;
  try {
    const check = schemas[schema];
    if (!check)
      errors = `no schema ${schema} is published`;
    else if (!check(JSON.parse(text.toString('utf8'))))
      errors = ajv.errorsText(check.errors);
  } catch (failure) {
    errors = String(failure);
  }
  say({ topic, schema, errors, correlation, pressed: text !== payload, retained: packet.retain, bytes: payload.length });
});

// The words of the receiver and of an asker, each held against its own schema as it comes back.
const ask = {
  pull: () => client.publish(own + 'cmd/summary?', '{"v":1,"from_seq":1,"to_seq":1000}', { qos: 1, properties: { responseTopic: answers + 'pull', correlationData: Buffer.from('0707', 'hex') } }),
  command: () => client.publish(own + 'cmd', Buffer.from('no command'), { qos: 1, properties: { responseTopic: answers + 'command', correlationData: Buffer.from('0808', 'hex') } }),
  ack: () => client.publish(own + 'ack', '{"v":1,"through":0,"epoch":0}', { qos: 1 }),
};
require('readline').createInterface({ input: process.stdin }).on('line', word => ask[word]()).on('close', () => client.end(true, () => process.exit(0)));
