package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

final class OnwardAnswerTest {

  private final CompletableFuture<Answer> answer = new CompletableFuture<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();

  OnwardAnswerTest() {
    channel.pipeline().addLast(new OnwardAnswer(channel, answer));
  }

  private void fails(Exception handshake) {
    channel.pipeline().fireUserEventTriggered(new SslHandshakeCompletionEvent(handshake));
    channel.pipeline().fireExceptionCaught(handshake);
  }

  @Test
  void a_server_that_proves_nothing_was_sent_nothing() {
    fails(new SSLHandshakeException("it is of another cluster"));

    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(Onward.Unreached.class)
        .hasMessageContaining("it is of another cluster");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void a_failure_without_words_is_told_by_its_name() {
    fails(new ClosedChannelException());

    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(Onward.Unreached.class)
        .hasMessageContaining("ClosedChannelException");
  }

  @Test
  void what_breaks_off_later_may_have_been_sent() {
    channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
    var unused = channel.close();
    channel.runPendingTasks();

    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("broke off");
  }

  @Test
  void an_answer_that_turns_into_nonsense_is_not_taken_for_a_whole_one() {
    channel.pipeline().addFirst(new HttpResponseDecoder());
    says("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nno number\r\n");

    var stream = ((Answer.Open) answer.join().content()).bytes();
    assertThat(stream.next()).isInstanceOf(ByteStream.Bytes.class);
    assertThat(stream.next()).isEqualTo(ByteStream.BROKEN);
  }

  private void says(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }
}
