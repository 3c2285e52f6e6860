package dev.regrow.core.model;

import org.jspecify.annotations.Nullable;

/**
 * What somebody declares, defaults written in.
 *
 * @param replicas null: 1 at first, then as it is
 * @param rest everything declared except replicas and template; equal bytes are equal declarations
 */
public record Declared(
    @Nullable Integer replicas, Template template, Policy policy, Opaque rest, int schemaVersion) {}
