/* SPDX-License-Identifier: MIT */
int container_init_main(int argc, char *argv[]);

#define main container_init_main
#include "init/container-init.c"
#undef main

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* As much of an answer as the kernel has ever given. */
typedef struct Answer {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char request[sizeof(Request)];
} Answer;

#define WHOLE NLMSG_LENGTH(sizeof(struct nlmsgerr))

/* What comes of a request, whose number is @sequence, that is answered with the first @size bytes of @answer. */
static int result_of(const Answer *answer, size_t size, uint32_t sequence) {
        Request request;
        int ends[2], r;

        assert_return_code(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), errno);
        assert_int_equal(send(ends[1], answer, size, 0), size);
        start_request(&request, RTM_NEWLINK, 0, sizeof(request.link));
        r = call(ends[0], &request);
        assert_int_equal(request.header.nlmsg_seq, sequence);
        close(ends[0]);
        close(ends[1]);
        return r;
}

static void an_answer_of_another_length_type_or_number_is_none(void **state) {
        static const struct {
                const char *what;
                uint32_t length;
                uint16_t type;
                int number; /* beside that of the request */
                int error;
                size_t size; /* of what comes */
                int result;
        } cases[] = {
                {"that it is done", WHOLE, NLMSG_ERROR, 0, 0, WHOLE, 0},
                {"why it cannot be", WHOLE, NLMSG_ERROR, 0, -EPERM, WHOLE, -EPERM},
                {"the same, and what was asked", sizeof(Answer), NLMSG_ERROR, 0, -EPERM, sizeof(Answer), -EPERM},
                {"nothing", WHOLE, NLMSG_ERROR, 0, 0, 0, -EBADMSG},
                {"less than a header", WHOLE, NLMSG_ERROR, 0, 0, sizeof(struct nlmsghdr) - 1, -EBADMSG},
                {"less than it says", WHOLE, NLMSG_ERROR, 0, 0, WHOLE - 1, -EBADMSG},
                {"what says that it is more", sizeof(Answer), NLMSG_ERROR, 0, 0, WHOLE, -EBADMSG},
                {"what says that it is less", WHOLE - 1, NLMSG_ERROR, 0, 0, WHOLE, -EBADMSG},
                {"something else", WHOLE, RTM_NEWLINK, 0, 0, WHOLE, -EBADMSG},
                {"the end of several parts", WHOLE, NLMSG_DONE, 0, 0, WHOLE, -EBADMSG},
                {"the answer to the request before", WHOLE, NLMSG_ERROR, -1, 0, WHOLE, -EBADMSG},
                {"the answer to a later request", WHOLE, NLMSG_ERROR, 1, 0, WHOLE, -EBADMSG},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                uint32_t sequence = (uint32_t)i + 1;
                const Answer answer = {
                        .header = {.nlmsg_len = cases[i].length,
                                .nlmsg_type = cases[i].type,
                                .nlmsg_seq = sequence + (uint32_t)cases[i].number},
                        .error = {.error = cases[i].error},
                };
                int r = result_of(&answer, cases[i].size, sequence);

                if (r != cases[i].result)
                        fail_msg("%s: %i", cases[i].what, r);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_answer_of_another_length_type_or_number_is_none),
        };

        return cmocka_run_group_tests_name("container-init", tests, NULL, NULL);
}
