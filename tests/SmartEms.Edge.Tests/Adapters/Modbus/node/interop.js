// Somebody else's Modbus TCP, npm's modbus-serial: `server` serves known values, `client PORT` reads and writes ours and prints what it saw as JSON.
// Values: bits are every third address, a register holds space * 1000 + address, until it is written.
const net = require("net");
const ModbusRTU = require("modbus-serial");
const held = {};
const register = (space, address) => held[`${space}:${address}`] ?? space * 1000 + address;
const bit = (space, address) => held[`${space}:${address}`] ?? address % 3 === 0;

// The package takes port 0 for 502: a free one is found first.
const freePort = () => new Promise(found => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address();
        probe.close(() => found(port));
    });
});

async function serve() {
    const port = await freePort();
    const limited = (address, get) => {
        if (address >= 3000) throw { modbusErrorCode: 2 };
        return get();
    };
    const server = new ModbusRTU.ServerTCP({
        getCoil: address => limited(address, () => bit(1, address)),
        getDiscreteInput: address => limited(address, () => bit(2, address)),
        getHoldingRegister: address => limited(address, () => register(3, address)),
        getInputRegister: address => limited(address, () => register(4, address)),
        setCoil: (address, value) => { held[`1:${address}`] = value; },
        setRegister: (address, value) => { held[`3:${address}`] = value; },
        readDeviceIdentification: () => ({ 0: "Interop", 1: "MS-8", 2: "8.0.21" }),
    }, { host: "127.0.0.1", port, unitID: 7 });
    server.on("initialized", () => console.log(`port ${port}`));
    // It lives as long as the one who asked for it.
    process.stdin.on("end", () => process.exit(0)).resume();
}

async function ask(port) {
    const client = new ModbusRTU();
    await client.connectTCP("127.0.0.1", { port });
    client.setID(3);
    client.setTimeout(10000);
    const seen = {};
    const failure = async act => { try { await act(); return "none"; } catch (error) { return error.modbusCode ?? error.message; } };
    seen.fc1 = (await client.readCoils(200, 19)).data.slice(0, 19).map(Number);
    seen.fc2 = (await client.readDiscreteInputs(200, 19)).data.slice(0, 19).map(Number);
    seen.fc3 = (await client.readHoldingRegisters(1000, 125)).data;
    seen.fc4 = (await client.readInputRegisters(1000, 125)).data;
    await client.writeCoil(40, true);
    await client.writeCoil(41, false);
    await client.writeRegister(50, 4711);
    await client.writeCoils(60, [true, false, true, true, false, true, true, true, false, true]);
    await client.writeRegisters(70, [1, 65535, 32768]);
    seen.missing = await failure(() => client.readHoldingRegisters(60000, 1));
    seen.fc22 = await failure(() => client.maskWriteRegister(50, 0xF0F0, 0x0F0F));
    seen.fc43 = await failure(() => client.readDeviceIdentification(1, 0));
    seen.after = (await client.readHoldingRegisters(50, 1)).data;
    client.close(() => console.log(JSON.stringify(seen)));
}

process.argv[2] === "server" ? serve() : ask(Number(process.argv[3])).catch(error => { console.error(error); process.exit(1); });
