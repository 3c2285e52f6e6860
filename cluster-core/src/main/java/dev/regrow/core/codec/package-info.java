/**
 * Between what is stored and shown (Protobuf) and what is decided on (the model).
 *
 * <p>It leans on Protobuf, the model and the store's keys. Open {@link
 * dev.regrow.core.codec.RecordsCodec} first.
 */
@NullMarked
package dev.regrow.core.codec;

import org.jspecify.annotations.NullMarked;
