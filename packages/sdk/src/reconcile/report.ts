import type { AnyMpesaError } from "../errors/is-mpesa-error.ts";
import type { LeftRow } from "./link.ts";
import type { Finding, KnownPayment, MissingHere, PayoutSettlement, ReconcileReport } from "./types.ts";

type Evidence<T extends KnownPayment, S extends PayoutSettlement> = Partial<Omit<Finding<T, S>, "known">>;

/** The lists while they are filled. */
export class Report<T extends KnownPayment, S extends PayoutSettlement> {
  readonly #matched: Finding<T, S>[] = [];
  readonly #missingHere: MissingHere<T>[] = [];
  /** Whether a row in `missingHere` may belong to a prompt. */
  #hasUnlinked = false;
  readonly #missingThere: Finding<T, S>[] = [];
  readonly #differentAmount: (Finding<T, S> & { readonly amountThere: number })[] = [];
  readonly #failed: Finding<T, S>[] = [];
  readonly #open: Finding<T, S>[] = [];
  readonly #unknown: (Finding<T, S> & { readonly error: AnyMpesaError })[] = [];

  add(list: "matched" | "missingThere" | "failed" | "open", known: T, evidence?: Evidence<T, S>): void {
    const lists = { matched: this.#matched, missingThere: this.#missingThere, failed: this.#failed, open: this.#open };
    lists[list].push(finding(known, evidence));
  }

  different(known: T, amountThere: number, evidence?: Evidence<T, S>): void {
    this.#differentAmount.push({ ...finding(known, evidence), amountThere });
  }

  unknown(known: T, error: AnyMpesaError, evidence?: Evidence<T, S>): void {
    this.#unknown.push({ ...finding(known, evidence), error });
  }

  missingHere({ transaction, count, candidates }: LeftRow<T>): void {
    if (count > 0) this.#hasUnlinked = true;
    this.#missingHere.push({
      transaction,
      get candidates() {
        return candidates();
      },
    });
  }

  result(pullError: AnyMpesaError | undefined): ReconcileReport<T, S> {
    const undecided = [this.#open, this.#unknown, this.#missingThere];
    const isDecided = !this.#hasUnlinked && undecided.every((list) => list.length === 0);
    return {
      complete: pullError === undefined && isDecided,
      matched: this.#matched,
      missingHere: this.#missingHere,
      missingThere: this.#missingThere,
      differentAmount: this.#differentAmount,
      failed: this.#failed,
      open: this.#open,
      unknown: this.#unknown,
      pullError,
    };
  }
}

function finding<T extends KnownPayment, S extends PayoutSettlement>(
  known: T,
  evidence: Evidence<T, S> = {},
): Finding<T, S> {
  return { known, transaction: undefined, status: undefined, query: undefined, result: undefined, ...evidence };
}
