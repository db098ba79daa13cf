namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The exception codes of the Modbus Application Protocol 1.1b3, §7; 0 means "no exception" wherever a code is returned.</summary>
public static class ModbusExceptionCode
{
    public const byte None = 0x00;
    public const byte IllegalFunction = 0x01;
    public const byte IllegalDataAddress = 0x02;
    public const byte IllegalDataValue = 0x03;
    public const byte DeviceFailure = 0x04;

    /// <summary>"Accepted, it will take a while": the answer itself never comes.</summary>
    public const byte Acknowledge = 0x05;

    public const byte DeviceBusy = 0x06;

    /// <summary>A gateway has no route to that unit.</summary>
    public const byte GatewayPathUnavailable = 0x0A;

    /// <summary>A gateway asked the unit and got no answer.</summary>
    public const byte GatewayTargetSilent = 0x0B;
}
