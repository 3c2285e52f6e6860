/**
 * A cluster under test: machines with network namespaces of their own, and what can happen to them:
 * death, pauses, lost disks, and links that are cut both ways or one way.
 *
 * <p>It leans on iproute2, on the real nodes of {@link dev.regrow.chaos.cluster}, and on one script
 * that takes everything away again, also when the harness dies. Open {@link
 * dev.regrow.chaos.lab.Lab} first.
 */
@NullMarked
package dev.regrow.chaos.lab;

import org.jspecify.annotations.NullMarked;
