/**
 * Who a node is: its uid, its cluster, and the key and certificates that prove it.
 *
 * <p>It leans on the JDK and on {@link dev.regrow.core.disk}. Open {@link
 * dev.regrow.core.identity.NodeIdentity} first.
 */
@NullMarked
package dev.regrow.core.identity;

import org.jspecify.annotations.NullMarked;
