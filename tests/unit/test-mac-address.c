/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "systemd/mac-address.h"

#define MACHINE "0123456789abcdef0123456789abcdef"
#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

/* Computed by another implementation of what src/nspawn/nspawn-network.c, generate_mac(), of systemd does. */
static const struct {
        const char *machine, *name;
        MacAddressUse use;
        uint64_t index;
        const char *address;
} derived[] = {
        {MACHINE, "web", MAC_ADDRESS_HOST, 0, "3a:23:55:9e:93:59"},
        {MACHINE, "web", MAC_ADDRESS_CONTAINER, 0, "da:fb:5c:16:4a:cc"},
        {MACHINE, "web", MAC_ADDRESS_EXTRA_HOST, 0, "02:c7:ed:53:3c:33"},
        {MACHINE, "web", MAC_ADDRESS_EXTRA_HOST, 1, "8e:ac:e3:89:78:3c"},
        {MACHINE, "web", MAC_ADDRESS_EXTRA_HOST, 258, "e2:9a:d1:6b:a5:56"},
        {MACHINE, "web", MAC_ADDRESS_EXTRA_CONTAINER, 0, "86:fd:72:dd:de:ac"},
        {MACHINE, "web", MAC_ADDRESS_EXTRA_CONTAINER, 1, "26:bb:47:3c:eb:e2"},
        {MACHINE, "really-long-name", MAC_ADDRESS_HOST, 0, "8e:09:35:2c:e8:ef"},
        {MACHINE, N64, MAC_ADDRESS_HOST, 0, "62:bc:97:74:e4:70"},
        {MACHINE, N64, MAC_ADDRESS_EXTRA_CONTAINER, 258, "36:5d:a8:a5:b8:ed"},
        {"00000000000000000000000000000000", "web", MAC_ADDRESS_HOST, 0, "4a:5e:59:02:25:62"},
};

static const struct {
        const char *text;
        bool valid;
} texts[] = {
        {"02:00:00:00:00:01", true},
        {"fe:ff:ff:ff:ff:ff", true},
        {"aA:Bb:cC:Dd:eE:Fe", true},
        {"00:00:00:00:00:01", true},
        {"00:00:00:00:00:00", false},
        {"01:00:00:00:00:01", false},
        {"ff:ff:ff:ff:ff:ff", false},
        {"", false},
        {"02:00:00:00:00", false},
        {"02:00:00:00:00:0", false},
        {"02:00:00:00:00:01:", false},
        {"02-00-00-00-00-01", false},
        {"0200:00:00:00:001", false},
        {"02:00:00:00:00:0g", false},
        {" 2:00:00:00:00:01", false},
};

static const struct {
        const char *text;
        bool valid;
} machines[] = {
        {MACHINE, true},
        {MACHINE "\n", true},
        {"0123456789ABCDEF0123456789abcdef", true},
        {"", false},
        {"uninitialized\n", false},
        {"0123456789abcdef0123456789abcde", false},
        {MACHINE "0", false},
        {MACHINE " ", false},
        {"01234567-89ab-cdef-0123-456789abcdef", false},
        {"g123456789abcdef0123456789abcdef", false},
};

static void addresses_are_those_that_systemd_nspawn_gives(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++) {
                char address[MAC_ADDRESS_SIZE];
                MachineId machine;

                assert_true(machine_id_parse(derived[i].machine, &machine));
                mac_address_derive(&machine, derived[i].name, derived[i].use, derived[i].index, address);
                assert_string_equal(address, derived[i].address);
                assert_true(mac_address_is_valid(address));
        }
}

static void only_addresses_that_one_interface_can_have_are_valid(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                if (mac_address_is_valid(texts[i].text) != texts[i].valid)
                        fail_msg("\"%s\" is taken wrongly", texts[i].text);
}

static void a_machine_id_is_32_digits(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
                MachineId machine = {{42}}, before = machine;

                if (machine_id_parse(machines[i].text, &machine) != machines[i].valid)
                        fail_msg("\"%s\" is taken wrongly", machines[i].text);
                if (!machines[i].valid)
                        assert_memory_equal(&machine, &before, sizeof(machine));
        }
}

static void a_machine_id_is_read_in_order_and_in_both_cases(void **state) {
        static const uint8_t bytes[16] = {
                1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
        MachineId machine;

        (void)state;
        assert_true(machine_id_parse("0123456789ABCDEF0123456789abcdef\n", &machine));
        assert_memory_equal(machine.bytes, bytes, sizeof(bytes));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(addresses_are_those_that_systemd_nspawn_gives),
                cmocka_unit_test(only_addresses_that_one_interface_can_have_are_valid),
                cmocka_unit_test(a_machine_id_is_32_digits),
                cmocka_unit_test(a_machine_id_is_read_in_order_and_in_both_cases),
        };

        return cmocka_run_group_tests_name("mac-address", tests, NULL, NULL);
}
