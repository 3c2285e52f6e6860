package dev.regrow.gateway.server;

/**
 * How many may be connected. They are bounded apart, so that who was never admitted takes no place
 * from who was.
 *
 * @param held that were admitted, or whose request is being answered: while there are so many
 *     nobody is let in
 * @param strangers all others: the one that has waited longest makes room for one more
 */
record Room(int held, int strangers) {

  static final Room USUAL = new Room(2048, 1024);
}
