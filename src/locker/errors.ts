/** The cell is none of the cabinet's. */
export class UnknownCellError extends Error {
  override name = "UnknownCellError";
}

/** The id is that of another command. */
export class ConflictError extends Error {
  override name = "ConflictError";
}

/** More taps than one person can mean. */
export class TooManyTapsError extends Error {
  override name = "TooManyTapsError";
}

/** The database does not take it: nothing was done, or what was done could not be noted. */
export class UnavailableError extends Error {
  override name = "UnavailableError";
}

/** Another organization's cabinet has the id. */
export class IdTakenError extends Error {
  override name = "IdTakenError";
}

/** Two cabinets cannot have the same registration: their DTUs could not be told apart. */
export class RegistrationTakenError extends Error {
  override name = "RegistrationTakenError";
}

/** A smart controller that knows no secret could not prove who it is. */
export class SecretMissingError extends Error {
  override name = "SecretMissingError";
}

/** A person has a cell, and would lose what is in it. */
export class HeldError extends Error {
  override name = "HeldError";
}
