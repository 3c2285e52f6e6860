/**
 * The one mapping between Protobuf, JSON and YAML, with what is valid and what is the default,
 * driven by the options in {@code regrow/v1/options.proto}.
 *
 * <p>It may lean on Protobuf, jackson-core and snakeyaml-engine; it knows no cluster, no network
 * and no clock. Open {@link dev.regrow.schema.Schema} first.
 */
@NullMarked
package dev.regrow.schema;

import org.jspecify.annotations.NullMarked;
