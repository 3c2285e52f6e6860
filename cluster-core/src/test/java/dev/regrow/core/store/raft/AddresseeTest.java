package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.junit.jupiter.api.Test;

class AddresseeTest {

  private final List<String> story = new ArrayList<>();
  private final ServerCall.Listener<AppendEntriesRequestProto> listener =
      new Addressee(RaftPeerId.valueOf("new"))
          .interceptCall(
              new Call(),
              new Metadata(),
              (call, headers) ->
                  new ServerCall.Listener<>() {
                    @Override
                    public void onMessage(AppendEntriesRequestProto message) {
                      story.add("heard");
                    }

                    @Override
                    public void onHalfClose() {
                      story.add("half closed");
                    }

                    @Override
                    public void onCancel() {
                      story.add("cancelled");
                    }
                  });

  @Test
  void what_is_said_to_this_server_is_heard() {
    listener.onMessage(to("new"));
    listener.onMessage(to("new"));
    listener.onHalfClose();

    assertThat(story).containsExactly("heard", "heard", "half closed");
  }

  @Test
  void what_is_said_to_the_one_that_was_here_before_is_refused_and_so_is_all_that_follows() {
    listener.onMessage(to("old"));
    listener.onMessage(to("new"));
    listener.onHalfClose();
    listener.onCancel();

    assertThat(story).containsExactly("closed: FAILED_PRECONDITION", "cancelled");
  }

  private static AppendEntriesRequestProto to(String peer) {
    return AppendEntriesRequestProto.newBuilder()
        .setServerRequest(
            RaftRpcRequestProto.newBuilder().setReplyId(ByteString.copyFromUtf8(peer)))
        .build();
  }

  private final class Call extends ServerCall<AppendEntriesRequestProto, AppendEntriesReplyProto> {
    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(AppendEntriesReplyProto message) {}

    @Override
    public void close(Status status, Metadata trailers) {
      story.add("closed: " + status.getCode());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<AppendEntriesRequestProto, AppendEntriesReplyProto>
        getMethodDescriptor() {
      return RaftServerProtocolServiceGrpc.getAppendEntriesMethod();
    }
  }
}
