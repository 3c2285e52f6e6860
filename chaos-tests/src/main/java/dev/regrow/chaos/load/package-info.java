/**
 * The client process of the store's comparison: sends durable writes over many connections with one
 * thread, so cheaply that the servers are what is measured.
 *
 * <p>It leans on java.nio only; what it speaks (our API, etcd's JSON gateway, etcd's gRPC) differs
 * in nothing but the bytes. Open {@link dev.regrow.chaos.load.LoadProcess} first.
 */
@NullMarked
package dev.regrow.chaos.load;

import org.jspecify.annotations.NullMarked;
