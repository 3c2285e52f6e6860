package dev.regrow.actors.instance;

import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.instance.InstanceSupervisor.PullDue;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.PullProgress;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Looks, while an instance starts, how far its image is. One that is there is started long before
 * the first look.
 */
final class PullCare {

  private enum Key {
    LOOK
  }

  private final TimerScheduler<Command> timers;
  private final SupervisedNode node;
  private @Nullable ImageReference image;
  private @Nullable PullProgress told;

  PullCare(TimerScheduler<Command> timers, SupervisedNode node) {
    this.timers = timers;
    this.node = node;
  }

  /** From now on there is a look every now and then, until the end. */
  void begin(NodeOrder.Run ordered) {
    image = image(ordered.template().getImage());
    told = null;
    if (image != null) {
      again(new PullDue(false), PullPace.EACH);
    }
  }

  private static @Nullable ImageReference image(String text) {
    try {
      return ImageReference.isOne(text) ? ImageReference.parse(text) : null;
    } catch (BadImage e) {
      return null; // Its launch fails, and says so.
    }
  }

  void end() {
    timers.cancel(Key.LOOK);
  }

  /**
   * @param first of this start that is told
   */
  record Seen(PullProgress progress, boolean first) {}

  /** What is to be told now, if anything; the next look is on its way then. */
  Optional<Seen> look(PullDue due) {
    var seen = image == null ? null : node.runtime().images().onItsWay(image).orElse(null);
    if (seen == null) {
      again(new PullDue(false), PullPace.EACH);
      return Optional.empty();
    }
    var turn = due.itsTurn() ? Duration.ZERO : turn(Duration.ZERO);
    if (!turn.isZero()) {
      again(new PullDue(true), turn);
      return Optional.empty();
    }
    again(new PullDue(true), turn(PullPace.EACH));
    if (seen.equals(told)) {
      return Optional.empty();
    }
    boolean first = told == null;
    told = seen;
    return Optional.of(new Seen(seen, first));
  }

  private Duration turn(Duration soonest) {
    return node.pulls().turn(node.clock().bootNanos(), soonest);
  }

  private void again(PullDue due, Duration wait) {
    timers.startSingleTimer(Key.LOOK, due, wait);
  }
}
