import type { AnyMpesaError } from "../errors.ts";
import type { UnlinkedRow } from "./link.ts";
import type { Finding, KnownPayment, MissingHere, PayoutSettlement, ReconcileReport } from "./types.ts";

type Evidence<T extends KnownPayment, S extends PayoutSettlement> = Partial<Omit<Finding<T, S>, "known">>;

/** A report in the making: collects the findings and returns the finished {@link ReconcileReport}. */
export class ReportBuilder<T extends KnownPayment, S extends PayoutSettlement> {
  readonly #matched: Finding<T, S>[] = [];
  readonly #missingHere: MissingHere<T>[] = [];
  /** True if a row in `missingHere` may belong to a prompt. */
  #hasCandidates = false;
  readonly #missingThere: Finding<T, S>[] = [];
  readonly #differentAmount: (Finding<T, S> & { readonly amountThere: number })[] = [];
  readonly #failed: Finding<T, S>[] = [];
  readonly #open: Finding<T, S>[] = [];
  readonly #unknown: (Finding<T, S> & { readonly error: AnyMpesaError })[] = [];

  add(list: "matched" | "missingThere" | "failed" | "open", known: T, evidence?: Evidence<T, S>): void {
    const lists = { matched: this.#matched, missingThere: this.#missingThere, failed: this.#failed, open: this.#open };
    lists[list].push(finding(known, evidence));
  }

  addDifferentAmount(known: T, amountThere: number, evidence?: Evidence<T, S>): void {
    this.#differentAmount.push({ ...finding(known, evidence), amountThere });
  }

  addUnknown(known: T, error: AnyMpesaError, evidence?: Evidence<T, S>): void {
    this.#unknown.push({ ...finding(known, evidence), error });
  }

  addMissingHere({ transaction, count, candidates }: UnlinkedRow<T>): void {
    if (count > 0) this.#hasCandidates = true;
    this.#missingHere.push({
      transaction,
      get candidates() {
        return candidates();
      },
    });
  }

  build(pullError: AnyMpesaError | undefined): ReconcileReport<T, S> {
    const inconclusive = [this.#open, this.#unknown, this.#missingThere];
    const isConclusive = !this.#hasCandidates && inconclusive.every((list) => list.length === 0);
    return {
      complete: pullError === undefined && isConclusive,
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
