/**
 * Who belongs to the cluster, arbitrated by the store: the first record that is committed wins.
 *
 * <p>It leans on the store's port and its stored messages only. Open {@link
 * dev.regrow.core.membership.Membership} first.
 */
@NullMarked
package dev.regrow.core.membership;

import org.jspecify.annotations.NullMarked;
