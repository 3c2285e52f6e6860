/**
 * The door to the cluster for the gateway: what people may ask of the control plane, as plain Java.
 *
 * <p>No actor type crosses it. Open {@link dev.regrow.actors.control.ControlPlane} first.
 */
@NullMarked
package dev.regrow.actors.control;

import org.jspecify.annotations.NullMarked;
