/* A Modbus TCP server on libmodbus with a register map any reader of the seed can compute; one client after another until killed.
   usage: libmodbus_server SEED        prints "port N" once it listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 3000 };

static unsigned value(unsigned seed, unsigned space, unsigned address)
{
    return (seed * 31u + space * 1009u + address * 7u) & 0xFFFFu;
}

int main(int argc, char **argv)
{
    unsigned seed = argc > 1 ? (unsigned)atoi(argv[1]) : 1u;
    modbus_t *bus = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *map = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);
    if (bus == NULL || map == NULL)
        return 1;
    for (unsigned i = 0; i < SIZE; i++) {
        map->tab_bits[i] = (value(seed, 0, i) >> 3) & 1u;
        map->tab_input_bits[i] = (value(seed, 1, i) >> 3) & 1u;
        map->tab_input_registers[i] = (uint16_t)value(seed, 2, i);
        map->tab_registers[i] = (uint16_t)value(seed, 3, i);
    }

    int listener = modbus_tcp_listen(bus, 4);
    struct sockaddr_in where;
    socklen_t length = sizeof where;
    if (listener < 0 || getsockname(listener, (struct sockaddr *)&where, &length) != 0)
        return 1;
    printf("port %d\n", ntohs(where.sin_port));
    fflush(stdout);

    while (modbus_tcp_accept(bus, &listener) >= 0) {
        uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
        for (;;) {
            int got = modbus_receive(bus, request);
            if (got < 0)
                break;
            if (got > 0)
                modbus_reply(bus, request, got, map);
        }
        modbus_close(bus);
    }
    return 1;
}
