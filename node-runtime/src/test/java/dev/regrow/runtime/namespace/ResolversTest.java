package dev.regrow.runtime.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResolversTest {

  @Test
  void servers_on_the_hosts_loopback_and_of_IPv6_are_left_out_and_the_rest_stays() {
    var host =
        """
        # of the host
        nameserver 127.0.0.53
          nameserver\t::1
        nameserver 192.0.2.53
        nameserver 2001:db8::53
        search example.org
        options edns0
        """;

    assertThat(Resolvers.beyondThisMachine(host))
        .isEqualTo("# of the host\nnameserver 192.0.2.53\nsearch example.org\noptions edns0\n");
  }
}
