package dev.regrow.core.model;

/** Which node: its uid decides, its name is for people. */
public record NodeRef(String uid, String name) {}
