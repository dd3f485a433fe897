import { equal } from "node:assert/strict";
import { csvLine } from "./csv.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The line without its end. */
function line(...values: readonly (string | number | null)[]): string {
  const text = csvLine(values);
  equal(text.slice(-2), "\r\n");
  return text.slice(0, -2);
}

pure("csvLine() quotes where it must and only there", () => {
  equal(line("a", "b c", "大堂", ""), "a,b c,大堂,");
  equal(line("a,b", 'say "yes"', "one\ntwo", "one\r\ntwo"), '"a,b","say ""yes""","one\ntwo","one\r\ntwo"');
  equal(line('"', " a ", "a;b", "it's"), '"""", a ,a;b,it\'s');
});

pure("csvLine() goes by another separator where it is told one", () => {
  equal(csvLine(["a,b", "c;d", "e\tf", null], ";"), 'a,b;"c;d";e\tf;\r\n');
  equal(csvLine(["a,b", "c;d", "e\tf", null], "\t"), 'a,b\tc;d\t"e\tf"\t\r\n');
});

pure("csvLine() leaves the field of null empty", () => {
  equal(line(null, "a", null), ",a,");
});

pure("csvLine() marks text that a spreadsheet would run", () => {
  equal(line("=1+1", "+1+1", "-1+1", "@SUM(A1)"), "'=1+1,'+1+1,'-1+1,'@SUM(A1)");
  equal(line("\t=1", "＝1", "－a", "＠a"), "'\t=1,'＝1,'－a,'＠a");
  equal(line("\r=1", "\n=1"), '"\'\r=1","\'\n=1"');
  equal(line('=HYPERLINK("http://a.example","b")'), `"'=HYPERLINK(""http://a.example"",""b"")"`);
  equal(line("a=b", "a-b", "a@b"), "a=b,a-b,a@b");
});

pure("csvLine() leaves numbers what they are", () => {
  equal(line(7, -7, 1.5, 0), "7,-7,1.5,0");
  equal(line("-7", "+8613800000000", "-1.50", "007"), "-7,+8613800000000,-1.50,007");
  equal(line("-7-", "-", "+1e5", "-1.", "-7\n=1"), "'-7-,'-,'+1e5,'-1.,\"'-7\n=1\"");
});
