package dev.regrow.runtime.network;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One request of rtnetlink(7), as bytes: a header, a fixed part and attributes. The names are those
 * of the kernel's headers. Builds nothing but bytes.
 */
final class LinkMessage {

  static final short RTM_NEWLINK = 16;
  static final short RTM_DELLINK = 17;
  static final short RTM_GETLINK = 18;
  static final short RTM_NEWADDR = 20;
  static final short RTM_NEWROUTE = 24;
  static final short RTM_NEWNEIGH = 28;

  static final int NLM_F_REQUEST = 1;
  static final int NLM_F_ACK = 4;
  static final int NLM_F_CREATE = 0x400;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_REPLACE = 0x100;
  static final int NLM_F_DUMP = 0x300;

  static final int IFLA_IFNAME = 3;
  private static final int IFLA_ADDRESS = 1;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_NET_NS_FD = 28;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int VETH_INFO_PEER = 1;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_PREFSRC = 7;
  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;
  private static final short NUD_PERMANENT = 0x80;
  private static final byte RT_SCOPE_LINK = (byte) 253;
  private static final int RTA_GATEWAY = 5;
  private static final int IFF_UP = 1;
  private static final byte AF_INET = 2;
  private static final int RTNH_F_ONLINK = 4;
  private static final byte RT_TABLE_MAIN = (byte) 254;
  private static final byte RTPROT_STATIC = 4;
  private static final byte RTN_UNICAST = 1;
  private static final int HEADER = 16;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
  private final short type;
  private final int flags;

  private LinkMessage(short type, int flags) {
    this.type = type;
    this.flags = NLM_F_REQUEST | flags;
  }

  /** A bridge that is up. */
  static LinkMessage newBridge(String name) {
    var info = new LinkMessage((short) 0, 0).text(IFLA_INFO_KIND, "bridge");
    return link(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, 0, true)
        .text(IFLA_IFNAME, name)
        .nested(IFLA_LINKINFO, info);
  }

  /**
   * A pair of links: {@code eth0} where the request is made, and its other end elsewhere.
   *
   * @param index of eth0 there; 1 is the loopback's
   * @param homeFd the network namespace of the other end
   */
  static LinkMessage newPair(int index, byte[] mac, String peer, byte[] peerMac, int homeFd) {
    var end = new LinkMessage((short) 0, 0);
    end.ifinfo(0, false);
    end.text(IFLA_IFNAME, peer).bytes(IFLA_ADDRESS, peerMac).number(IFLA_NET_NS_FD, homeFd);
    var data = new LinkMessage((short) 0, 0).nested(VETH_INFO_PEER, end);
    var info =
        new LinkMessage((short) 0, 0).text(IFLA_INFO_KIND, "veth").nested(IFLA_INFO_DATA, data);
    return link(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, index, true)
        .text(IFLA_IFNAME, "eth0")
        .bytes(IFLA_ADDRESS, mac)
        .nested(IFLA_LINKINFO, info);
  }

  /** Brings a link up. */
  static LinkMessage up(int index) {
    return link(RTM_NEWLINK, NLM_F_ACK, index, true);
  }

  static LinkMessage delete(String name) {
    return link(RTM_DELLINK, NLM_F_ACK, 0, false).text(IFLA_IFNAME, name);
  }

  /** All links, one answer each. */
  static LinkMessage all() {
    return link(RTM_GETLINK, NLM_F_DUMP, 0, false);
  }

  /**
   * @param length of the network that it is said to be in
   */
  static LinkMessage address(int index, Ipv4 address, int length) {
    var message = new LinkMessage(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    message.out.writeBytes(
        buffer(8)
            .put(AF_INET)
            .put((byte) length)
            .put((byte) 0)
            .put((byte) 0)
            .putInt(index)
            .array());
    return message.bytes(IFA_LOCAL, address.bytes()).bytes(IFA_ADDRESS, address.bytes());
  }

  /** Everything goes to this address, which is reached over that link directly. */
  static LinkMessage defaultRoute(int index, Ipv4 gateway) {
    return route(0, (byte) 0, RTNH_F_ONLINK)
        .bytes(RTA_GATEWAY, gateway.bytes())
        .number(RTA_OIF, index);
  }

  /**
   * An address is reached over that link directly; replaces a route that is there.
   *
   * @param from as whom the machine itself reaches it
   */
  static LinkMessage route(int index, Ipv4 address, Ipv4 from) {
    return route(32, RT_SCOPE_LINK, 0)
        .bytes(RTA_DST, address.bytes())
        .bytes(RTA_PREFSRC, from.bytes())
        .number(RTA_OIF, index);
  }

  private static LinkMessage route(int length, byte scope, int flags) {
    var message = new LinkMessage(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
    message.out.writeBytes(
        buffer(12)
            .put(AF_INET)
            .put((byte) length)
            .put((byte) 0)
            .put((byte) 0)
            .put(RT_TABLE_MAIN)
            .put(RTPROT_STATIC)
            .put(scope)
            .put(RTN_UNICAST)
            .putInt(flags)
            .array());
    return message;
  }

  /** Who has that address on that link, for good: nobody is asked, and nobody can lie. */
  static LinkMessage neighbour(int index, Ipv4 address, byte[] mac) {
    var message = new LinkMessage(RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
    message.out.writeBytes(
        buffer(12)
            .putInt(AF_INET)
            .putInt(index)
            .putShort(NUD_PERMANENT)
            .putShort((short) 0)
            .array());
    return message.bytes(NDA_DST, address.bytes()).bytes(NDA_LLADDR, mac);
  }

  private static LinkMessage link(short type, int flags, int index, boolean up) {
    var message = new LinkMessage(type, flags);
    message.ifinfo(index, up);
    return message;
  }

  private void ifinfo(int index, boolean up) {
    int flag = up ? IFF_UP : 0;
    out.writeBytes(buffer(16).putInt(0).putInt(index).putInt(flag).putInt(flag).array());
  }

  private LinkMessage text(int attribute, String value) {
    return bytes(attribute, (value + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  private LinkMessage number(int attribute, int value) {
    return bytes(attribute, buffer(4).putInt(value).array());
  }

  private LinkMessage nested(int attribute, LinkMessage inner) {
    return bytes(attribute, inner.out.toByteArray());
  }

  private LinkMessage bytes(int attribute, byte[] value) {
    out.writeBytes(
        buffer(4).putShort((short) (4 + value.length)).putShort((short) attribute).array());
    out.writeBytes(value);
    out.writeBytes(new byte[-value.length & 3]);
    return this;
  }

  /** The whole request. */
  byte[] encode(int sequence) {
    var body = out.toByteArray();
    return buffer(HEADER + body.length)
        .putInt(HEADER + body.length)
        .putShort(type)
        .putShort((short) flags)
        .putInt(sequence)
        .putInt(0)
        .put(body)
        .array();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }
}
