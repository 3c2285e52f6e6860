/**
 * Starting and stopping a node: its two lifetimes, and what each is made of.
 *
 * <p>It may lean on everything below the gateway; nothing below leans on it. Open {@link
 * dev.regrow.actors.bootstrap.NodeBootstrap} first.
 */
@NullMarked
package dev.regrow.actors.bootstrap;

import org.jspecify.annotations.NullMarked;
