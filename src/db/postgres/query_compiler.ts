import {
  type BinaryOperationNode,
  type OperationNode,
  OperatorNode,
  PostgresQueryCompiler,
  PrimitiveValueListNode,
  ValueListNode,
} from "kysely";

/** Writes `in ()`, which SQLite takes and Postgres does not, as what it means: a value is in no empty list. */
export class EmptyListQueryCompiler extends PostgresQueryCompiler {
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const operator = OperatorNode.is(node.operator) ? node.operator.operator : undefined;
    const isMembership = operator === "in" || operator === "not in";
    if (isMembership && isEmptyList(node.rightOperand)) this.append(`${operator === "not in"}`);
    else super.visitBinaryOperation(node);
  }
}

function isEmptyList(node: OperationNode): boolean {
  return (PrimitiveValueListNode.is(node) || ValueListNode.is(node)) && node.values.length === 0;
}
