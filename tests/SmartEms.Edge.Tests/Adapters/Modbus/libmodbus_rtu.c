/* Either end of a serial line on libmodbus, with a register map any reader of the seed can compute.
   usage: libmodbus_rtu slave  PATH UNIT SEED          prints "ready", answers until killed
          libmodbus_rtu master PATH UNIT ADDRESS       writes 11 22 33 there, reads them back and prints them */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 3000 };

static int serve(modbus_t *bus, unsigned seed)
{
    modbus_mapping_t *map = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);
    if (map == NULL)
        return 1;
    for (unsigned i = 0; i < SIZE; i++)
        map->tab_registers[i] = (uint16_t)((seed * 31u + 3u * 1009u + i * 7u) & 0xFFFFu);
    puts("ready");
    fflush(stdout);
    for (;;) {
        uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH];
        int got = modbus_receive(bus, request);
        if (got > 0)
            modbus_reply(bus, request, got, map);
    }
}

static int ask(modbus_t *bus, int address)
{
    uint16_t values[3] = {11, 22, 33};
    modbus_set_response_timeout(bus, 5, 0);
    if (modbus_write_registers(bus, address, 3, values) != 3 || modbus_write_register(bus, address + 1, 44) != 1
        || modbus_read_registers(bus, address, 3, values) != 3) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    printf("%d %d %d\n", values[0], values[1], values[2]);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    modbus_t *bus = modbus_new_rtu(argv[2], 9600, 'N', 8, 1);
    if (bus == NULL || modbus_set_slave(bus, atoi(argv[3])) != 0 || modbus_connect(bus) != 0) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    return strcmp(argv[1], "slave") == 0 ? serve(bus, (unsigned)atoi(argv[4])) : ask(bus, atoi(argv[4]));
}
