package dev.regrow.client;

import dev.regrow.v1.FieldError;
import dev.regrow.v1.Problem;
import java.util.List;

/**
 * The cluster refused, or could not be asked. One class for each kind of answer that a caller may
 * act on.
 */
public abstract sealed class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Whether a change was made although the call failed. */
  public enum Applied {
    /** Surely not: it may be sent again. */
    NO,
    /** Nobody knows: read before sending anything that is not repeatable. */
    UNKNOWN
  }

  private final transient Problem problem;

  private ApiException(Problem problem) {
    super(problem.getDetail().isEmpty() ? problem.getTitle() : problem.getDetail());
    this.problem = problem;
  }

  private ApiException(String message) {
    super(message);
    this.problem = Problem.getDefaultInstance();
  }

  /** As the cluster sent it (RFC 9457); empty when the cluster was not reached. */
  public Problem problem() {
    return problem;
  }

  /** 404. */
  public static final class NotFound extends ApiException {
    private static final long serialVersionUID = 1;

    NotFound(Problem problem) {
      super(problem);
    }
  }

  /** 409: it does not fit what is there, such as a deletion under way. */
  public static final class Conflict extends ApiException {
    private static final long serialVersionUID = 1;

    Conflict(Problem problem) {
      super(problem);
    }
  }

  /** 412: somebody changed it since it was read. */
  public static final class Stale extends ApiException {
    private static final long serialVersionUID = 1;

    Stale(Problem problem) {
      super(problem);
    }
  }

  /** 400, 413, 415 and 422: what was sent is wrong, and where. */
  public static final class Invalid extends ApiException {
    private static final long serialVersionUID = 1;

    Invalid(Problem problem) {
      super(problem);
    }

    public List<FieldError> errors() {
      return problem().getErrorsList();
    }
  }

  /** 401 and 403. */
  public static final class Denied extends ApiException {
    private static final long serialVersionUID = 1;

    Denied(Problem problem) {
      super(problem);
    }

    /** 401: the token is missing or unknown; else it is known and may not do this. */
    public boolean unauthenticated() {
      return problem().getStatus() == 401;
    }
  }

  /** 410: a watch from so long ago is not possible any more; list again. */
  public static final class Gone extends ApiException {
    private static final long serialVersionUID = 1;

    Gone(Problem problem) {
      super(problem);
    }
  }

  /** 429. */
  public static final class TooMany extends ApiException {
    private static final long serialVersionUID = 1;

    TooMany(Problem problem) {
      super(problem);
    }
  }

  /**
   * 503, such as no majority; or whatever refused a call that another node was sent before and may
   * have carried out.
   */
  public static final class Unavailable extends ApiException {
    private static final long serialVersionUID = 1;

    private final Applied applied;

    Unavailable(Problem problem, Applied applied) {
      super(problem);
      this.applied = applied;
    }

    public Applied applied() {
      return applied;
    }
  }

  /** 507: the disk is full; what runs keeps running. */
  public static final class DiskFull extends ApiException {
    private static final long serialVersionUID = 1;

    DiskFull(Problem problem) {
      super(problem);
    }
  }

  /** No answer within the time given. */
  public static final class TimedOut extends ApiException {
    private static final long serialVersionUID = 1;

    private final Applied applied;

    TimedOut(String message, Applied applied) {
      super(message);
      this.applied = applied;
    }

    public Applied applied() {
      return applied;
    }
  }

  /** No node of the context answered. */
  public static final class Unreachable extends ApiException {
    private static final long serialVersionUID = 1;

    private final Applied applied;

    Unreachable(String message, Applied applied) {
      super(message);
      this.applied = applied;
    }

    public Applied applied() {
      return applied;
    }
  }

  /** Anything else: a bug of either side, or something between that is no Regrow. */
  public static final class Unexpected extends ApiException {
    private static final long serialVersionUID = 1;

    Unexpected(Problem problem) {
      super(problem);
    }

    Unexpected(String message) {
      super(message);
    }
  }

  /** The kind that a problem's status calls for. */
  static ApiException of(Problem problem) {
    return switch (problem.getStatus()) {
      case 400, 405, 406, 413, 415, 422 -> new Invalid(problem);
      case 401, 403 -> new Denied(problem);
      case 404 -> new NotFound(problem);
      case 409 -> new Conflict(problem);
      case 410 -> new Gone(problem);
      case 412 -> new Stale(problem);
      case 429 -> new TooMany(problem);
      case 503 ->
          new Unavailable(
              problem, problem.getType().endsWith("not-applied") ? Applied.NO : Applied.UNKNOWN);
      case 507 -> new DiskFull(problem);
      default -> new Unexpected(problem);
    };
  }
}
