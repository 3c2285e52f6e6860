/**
 * Faults that an operator lets others put into this node, to see what it and what runs on it makes
 * of them. Each ends by itself, whatever becomes of whoever asked for it.
 */
@NullMarked
package dev.regrow.runtime.fault;

import org.jspecify.annotations.NullMarked;
