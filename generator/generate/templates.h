/* SPDX-License-Identifier: MIT */
/* The templates of templates/, embedded into the program when it is built. */
#pragma once

#define TEMPLATES(T)                                                                                                   \
        T(container_service, "container@.service")                                                                     \
        T(container_wait, "container-wait@.service")                                                                   \
        T(sections, "nixos-containers.sections")                                                                       \
        T(container_sections, "container.sections")                                                                    \
        T(container_claims, "container.claims")                                                                        \
        T(container_tmpfiles, "container.tmpfiles")                                                                    \
        T(container_sources, "container.sources")                                                                      \
        T(container_written, "container.written")                                                                      \
        T(container_network, "container.network")                                                                      \
        T(container_nft, "container.nft")                                                                              \
        T(container_localhost, "container.localhost")                                                                  \
        T(container_manifest, "container.manifest")                                                                    \
        T(container_end, "container.end")                                                                              \
        T(broken_service, "broken@.service")                                                                           \
        T(broken, "broken.conf")                                                                                       \
        T(retired, "retired.conf")                                                                                     \
        T(machines_target, "machines.target.conf")                                                                     \
        T(multi_user_target, "multi-user.target.conf")                                                                 \
        T(nftables_service, "nftables.service.conf")                                                                   \
        T(container_ends, "container-ends.service")                                                                    \
        T(container_rules, "container-rules.service")                                                                  \
        T(container_nix_roots, "container-nix-roots.service")                                                          \
        T(resolv_conf_path, "container-resolv-conf.path")                                                              \
        T(resolv_conf_service, "container-resolv-conf.service")                                                        \
        T(resolv_conf_again, "container-resolv-conf-again.service")

typedef enum TemplateId {
#define T(symbol, file) TEMPLATE_##symbol,
        TEMPLATES(T)
#undef T
                TEMPLATES_LENGTH,
} TemplateId;

typedef struct TemplateText {
        const char *start, *end;
} TemplateText;

extern const TemplateText template_texts[TEMPLATES_LENGTH];
