/**
 * The bridge of a node: an address for each instance behind it, and what may pass.
 *
 * <p>Deciding (which addresses, which rules) is apart from doing (netlink, the program nft). It
 * leans on {@code syscall} only. Open {@link dev.regrow.runtime.network.NodeNetwork} first.
 */
@NullMarked
package dev.regrow.runtime.network;

import org.jspecify.annotations.NullMarked;
