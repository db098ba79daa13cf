namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The master of a line behind a TCP port. Connects with the first transaction.</summary>
public sealed class ModbusTcpMaster(ModbusTcpSettings settings, TimeProvider time) : ModbusMaster(settings, time);

/// <summary>The master of a serial line. Opens the port with the first transaction.</summary>
public sealed class ModbusRtuMaster(ModbusRtuSettings settings, TimeProvider time) : ModbusMaster(settings, time);
