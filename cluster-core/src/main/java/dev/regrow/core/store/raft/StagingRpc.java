package dev.regrow.core.store.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Ratis over gRPC, and a change of the group that ends when the one that is to come in has died.
 *
 * <p>A leader of Ratis 3.3 looks how far newcomers are when one of them answers, and when it has
 * nothing to do for a whole election time-out (LeaderStateImpl.EventProcessor). Where one died and
 * the others are written to without a pause neither happens: no time-out ends the change, and no
 * other can begin. Here a newcomer is looked at as often as it is spoken to.
 */
public final class StagingRpc implements RpcType {

  /** By reflection, as Ratis finds types of others. */
  public StagingRpc() {}

  @Override
  public String name() {
    return StagingRpc.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(parameters);
  }

  private static final class Factory extends GrpcFactory {
    Factory(Parameters parameters) {
      super(parameters);
    }

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
      return new Appender(server, leader, follower);
    }
  }

  private static final class Appender extends GrpcLogAppender {
    Appender(RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
      super(server, leader, follower);
    }

    /** Asked in each round. For a newcomer the leader is told to look: it is no success by that. */
    @Override
    public boolean shouldSendAppendEntries() {
      if (getLeaderState().isFollowerBootstrapping(getFollower())) {
        getLeaderState().onFollowerSuccessAppendEntries(getFollower());
      }
      return super.shouldSendAppendEntries();
    }
  }
}
