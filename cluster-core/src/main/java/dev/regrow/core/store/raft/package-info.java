/**
 * The store as a Raft group: log, snapshots, leadership and recovery, by Apache Ratis.
 *
 * <p>How a node starts:
 *
 * <ul>
 *   <li>first server: {@code NodeIdentity.openOrBootstrap}, then {@code
 *       RaftStore.open(RaftStoreConfig.of(directory, host, port, identity))}. It forms a group of
 *       one, once.
 *   <li>joining server: {@code NodeJoin.prepare(directory, host)}, its {@code request()} to a node
 *       that has {@code ClusterAuthority.of(identity)}, whose {@code admit(…, server = true, …)}
 *       answers, {@code accept} of that; then {@code RaftStore.open(config.joining(contacts))}. It
 *       becomes a listener and is promoted by the leader: growing 1 to 3 to 5 is opening more.
 *   <li>witness: the same with {@code config.asWitness()}.
 *   <li>worker: the same join with {@code server = false}, then {@code
 *       RemoteStore.connect(identity, contacts)}. A worker that is to be a server closes that and
 *       opens a joining {@code RaftStore}; a server that is demoted is removed, closed, and
 *       connects.
 *   <li>any of them again: the same call; contacts are remembered beside the identity.
 * </ul>
 *
 * <p>Both stores are a {@link dev.regrow.core.store.StoreMembership}: {@code group()} is what
 * {@code cluster status} shows (members, leader, lag, what a further failure costs), {@code
 * remove(nodeUid, force)} takes one out; {@code close()} hands leadership over first.
 *
 * <p>It may lean on the port, on {@link dev.regrow.core.identity} for its mutual TLS and on {@link
 * dev.regrow.core.disk}; nothing outside this package knows Ratis. Open {@link
 * dev.regrow.core.store.raft.RaftStore} first.
 */
@NullMarked
package dev.regrow.core.store.raft;

import org.jspecify.annotations.NullMarked;
