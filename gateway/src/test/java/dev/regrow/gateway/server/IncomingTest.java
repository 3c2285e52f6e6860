package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class IncomingTest {

  @Test
  void what_was_on_its_way_when_the_server_ended_is_broken_off() {
    var loop = new DefaultEventLoop();
    var incoming = new Incoming(loop, new Nobody());
    var unused = loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();

    var read = incoming.read(1_000, Duration.ofSeconds(1));

    assertThat(read)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            BodyRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(BodyRefused.Kind.BROKEN));
  }

  /** Whoever sent it is gone. */
  private static final class Nobody implements Incoming.Source {
    @Override
    public void invite() {}

    @Override
    public void heldOrFreed() {}

    @Override
    public void cutOff() {}
  }
}
