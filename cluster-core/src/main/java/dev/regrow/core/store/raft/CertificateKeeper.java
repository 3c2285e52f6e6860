package dev.regrow.core.store.raft;

import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.Renewal;
import dev.regrow.v1.StoreRenewReply;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's certificate good, and what it says true, without a restart: a server signs for
 * itself, others ask a server, also when theirs has ended while they were off. All that shows
 * certificates looks at the file at each handshake.
 */
public final class CertificateKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CertificateKeeper.class);

  /** A machine may sleep, and its clock may be set: so it is looked at, not only waited for. */
  private static final Duration LOOK_MAX = Duration.ofMinutes(10);

  private static final Duration AGAIN = Duration.ofSeconds(1);

  private static final Duration SKEW_MAX = Duration.ofMinutes(5);

  private final NodeIdentity identity;
  private final NodeRole role;
  private final String host;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(RaftStore.threads("certificate"));
  private final double chance = new SecureRandom().nextDouble();

  private CertificateKeeper(NodeIdentity identity, NodeRole role, String host, Clock clock) {
    this.identity = identity;
    this.role = role;
    this.host = host;
    this.clock = clock;
  }

  /**
   * Begins. If a certificate is due it is good when this returns, where anybody signs: else it is
   * asked for until it is.
   *
   * @param role what the node is from now on
   * @param host the address by which others reach it
   * @throws IOException if the certificate cannot be read or written, or can never be right
   */
  public static CertificateKeeper begin(
      NodeIdentity identity, NodeRole role, String host, Clock clock) throws IOException {
    var keeper = new CertificateKeeper(identity, role, host, clock);
    if (role != NodeRole.SERVER) {
      identity.forgetAuthority();
    }
    CertifiedNode now = CertifiedNode.in(identity.tls());
    if (keeper.authority().isEmpty() && !now.hosts().contains(host)) {
      throw new IOException(
          "this node joined to be reached at %s, and its certificate says so; start it with that --bind, or remove it (regrow node-ctl remove) and let it join with --bind %s"
              .formatted(String.join(", ", now.hosts()), host));
    }
    if (now.issuedAt().isAfter(clock.instant().plus(SKEW_MAX))) {
      LOG.warn(
          "the clock of this machine is {} behind the cluster's: set it, or it will not know when"
              + " certificates end",
          Duration.between(clock.instant(), now.issuedAt()));
    }
    if (keeper.isDue(now)) {
      keeper.renewAtOnce();
    }
    keeper.later(Duration.ZERO);
    return keeper;
  }

  private void renewAtOnce() throws IOException {
    try {
      renew();
    } catch (IOException failed) {
      if (authority().isPresent()) {
        throw failed;
      }
      LOG.info("this node's certificate is asked for again: {}", failed.getMessage());
    }
  }

  private Optional<ClusterAuthority> authority() {
    return ClusterAuthority.of(identity);
  }

  private boolean isDue(CertifiedNode now) {
    return Renewal.of(now, chance).isDue(clock.instant())
        || now.role() != role
        || !now.hosts().contains(host);
  }

  private void look() {
    Duration next = LOOK_MAX;
    try {
      CertifiedNode now = CertifiedNode.in(identity.tls());
      boolean due = isDue(now);
      if (due) {
        attempt(now);
        now = CertifiedNode.in(identity.tls());
      }
      next =
          due && isDue(now) ? again(now) : Renewal.of(now, chance).left(clock.instant(), LOOK_MAX);
    } catch (IOException unreadable) {
      LOG.error("this node's certificate is not looked after: {}", unreadable.getMessage());
    }
    later(next);
  }

  /** Whoever signed may not have heard yet of what this node is to be. */
  private Duration again(CertifiedNode now) {
    return now.role() == role ? Renewal.of(now, chance).again() : AGAIN;
  }

  private void attempt(CertifiedNode now) {
    var renewal = Renewal.of(now, chance);
    try {
      renew();
    } catch (IOException failed) {
      boolean wrong = now.role() != role || renewal.isWorrying(clock.instant());
      String words = "this node's certificate ({}, until {}) is not renewed yet: {}";
      if (wrong) {
        LOG.warn(words, now.role().text(), now.goodUntil(), failed.getMessage());
      } else {
        LOG.info(words, now.role().text(), now.goodUntil(), failed.getMessage());
      }
    }
  }

  private void renew() throws IOException {
    Optional<ClusterAuthority> authority = authority();
    Instant now = clock.instant();
    if (authority.isPresent()) {
      identity.renewed(authority.get().renew(identity, role, host, now));
    } else {
      StoreRenewReply reply = asked();
      warnOfSkew(Instant.ofEpochMilli(reply.getTimeMillis()), now);
      identity.renewed(reply);
    }
    LOG.info(
        "this node's certificate is renewed, until {}",
        CertifiedNode.in(identity.tls()).goodUntil());
  }

  private StoreRenewReply asked() throws IOException {
    try {
      return Renewals.ask(identity);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException("the node is being stopped", stop);
    }
  }

  private static void warnOfSkew(Instant theirs, Instant mine) {
    var skew = Duration.between(theirs, mine);
    if (skew.abs().compareTo(SKEW_MAX) > 0) {
      LOG.warn(
          "the clock of this machine is {} {} the cluster's: set it, or certificates will seem to"
              + " have ended",
          skew.abs(),
          skew.isNegative() ? "behind" : "ahead of");
    }
  }

  private void later(Duration wait) {
    if (!thread.isShutdown()) {
      var unused = thread.schedule(this::look, wait.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
