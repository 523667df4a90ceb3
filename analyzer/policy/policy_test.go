package policy_test

import (
	"peel/analyzer/finding"

	"math"
	"reflect"
	"strings"
	"testing"

	. "peel/analyzer/policy"
)

func ratio(v float64) Threshold[float64] { return Threshold[float64]{Limit: v, On: true} }
func size(v int64) Threshold[int64]      { return Threshold[int64]{Limit: v, On: true} }

// of has dive's rules as given, and the others as they are by default.
func of(e Threshold[float64], w Threshold[int64], u Threshold[float64]) Rules {
	r := Default()
	r.LowestEfficiency, r.HighestWastedBytes, r.HighestUserWastedPercent = e, w, u
	return r
}

func TestParse(t *testing.T) {
	off := Threshold[float64]{}
	def := Default()
	for _, c := range []struct {
		name, in string
		want     Rules
	}{
		{"empty", "", def},
		{"comments only", "# nothing\n\n", def},
		{"no rules", "rules:\n", def},
		{"empty map", "{}", def},
		{"start marker", "---\nrules: {}\n", def},
		{"dive's readme", "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: 0.20\n",
			of(ratio(0.95), size(20_000_000), ratio(0.2))},
		{"strings", "rules:\n  lowestEfficiency: \"0.95\"\n  highestWastedBytes: '20 mb'\n", of(ratio(0.95), size(20_000_000), def.HighestUserWastedPercent)},
		{"binary", "rules: {highestWastedBytes: 20MiB}", of(def.LowestEfficiency, size(20<<20), def.HighestUserWastedPercent)},
		{"plain bytes", "rules: {highestWastedBytes: 1234}", of(def.LowestEfficiency, size(1234), def.HighestUserWastedPercent)},
		{"yaml's numbers", "rules: {highestWastedBytes: 2e7, lowestEfficiency: 9e-1}", of(ratio(0.9), size(20_000_000), def.HighestUserWastedPercent)},
		{"underscores", "rules: {highestWastedBytes: 20_000_000}", of(def.LowestEfficiency, size(20_000_000), def.HighestUserWastedPercent)},
		{"commas", "rules: {highestWastedBytes: '20,000,000'}", of(def.LowestEfficiency, size(20_000_000), def.HighestUserWastedPercent)},
		{"bounds", "rules: {lowestEfficiency: 1, highestWastedBytes: 0, highestUserWastedPercent: 0}", of(ratio(1), size(0), ratio(0))},
		{"any case", "RULES:\n  LOWESTEFFICIENCY: 0.5\n  highestwastedbytes: 1Kb\n", of(ratio(0.5), size(1000), def.HighestUserWastedPercent)},
		{"off", "rules: {lowestEfficiency: off, highestWastedBytes: Disabled, highestUserWastedPercent: false}", of(off, Threshold[int64]{}, off)},
		{"off in quotes", "rules: {lowestEfficiency: '', highestWastedBytes: 'OFF', highestUserWastedPercent: \"False\"}", of(off, Threshold[int64]{}, off)},
		{"alias", "rules: {lowestEfficiency: &x 0.5, highestUserWastedPercent: *x}", of(ratio(0.5), Threshold[int64]{}, ratio(0.5))},
		{"json", `{"rules": {"lowestEfficiency": "0.5"}}`, of(ratio(0.5), Threshold[int64]{}, def.HighestUserWastedPercent)},
		{"windows lines", "rules:\r\n  lowestEfficiency: 0.5\r\n", of(ratio(0.5), Threshold[int64]{}, def.HighestUserWastedPercent)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"unknown rule", "rules:\n  lowestEfficiency: 0.5\n  lowestEfficency: 0.9\n", `line 3: unknown rule "lowestEfficency"`},
		{"unknown key", "plugins: []\nrules: {}\n", `line 1: unknown key "plugins"`},
		{"too efficient", "rules:\n  lowestEfficiency: 95\n", `line 2: lowestEfficiency: "95" is no number from 0 to 1`},
		{"percent sign", "rules:\n  lowestEfficiency: 95%\n", `line 2: lowestEfficiency: "95%"`},
		{"negative", "rules:\n  highestUserWastedPercent: -0.1\n", `line 2: highestUserWastedPercent: "-0.1"`},
		{"nan", "rules:\n  lowestEfficiency: .nan\n", `line 2: lowestEfficiency: "NaN"`},
		{"nan string", "rules:\n  lowestEfficiency: nan\n", `line 2: lowestEfficiency: "nan"`},
		{"infinite", "rules:\n  highestUserWastedPercent: .inf\n", "line 2"},
		{"infinite bytes", "rules:\n  highestWastedBytes: .inf\n", "line 2"},
		{"negative bytes", "rules:\n  highestWastedBytes: -5MB\n", `line 2: highestWastedBytes: "-5MB" is no size`},
		{"unknown unit", "rules:\n  highestWastedBytes: 5 parsecs\n", `"5 parsecs" is no size`},
		{"too many bytes", "rules:\n  highestWastedBytes: 10EB\n", `"10EB" is too large`},
		{"far too many bytes", "rules:\n  highestWastedBytes: 100EB\n", `"100EB"`},
		{"other digits", "rules:\n  highestWastedBytes: ٣MB\n", "is no size"},
		{"true", "rules:\n  lowestEfficiency: true\n", `line 2: lowestEfficiency: "true"`},
		{"no value", "rules:\n\n  lowestEfficiency:\n", "line 3: lowestEfficiency: no value is given"},
		{"list", "rules:\n  lowestEfficiency: [0.9]\n", "line 2: lowestEfficiency: want one value"},
		{"twice", "rules:\n  lowestEfficiency: 0.9\n  LowestEfficiency: 0.8\n", "line 3: LowestEfficiency is already given in line 2"},
		{"rules is a value", "rules: 0.9\n", "line 1: want keys and values"},
		{"no map", "- rules\n", "line 1: want keys and values"},
		{"key is a list", "rules:\n  ? [a]\n  : 1\n", "line 2: want a name"},
		{"two documents", "rules: {}\n---\nrules: {}\n", "second YAML document"},
		{"no yaml", "rules:\n\t- x\n", "line 2"},
		{"merge key", "rules:\n  <<: {lowestEfficiency: 0.5}\n", "line 2"},
		{"huge", strings.Repeat("#", 2<<20), "at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse([]byte(c.in))
			if err == nil {
				t.Fatalf("accepted as %+v", got)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want it to say %q", err, c.want)
			}
			if !reflect.DeepEqual(got, Default()) {
				t.Errorf("gave %+v with the error", got)
			}
		})
	}
}

func TestSet(t *testing.T) {
	r := Default()
	for _, kv := range [][2]string{{"lowestEfficiency", "0.5"}, {"HIGHESTWASTEDBYTES", " 3 MiB "}, {"highestUserWastedPercent", "disabled"}} {
		if err := r.Set(kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	want := of(ratio(0.5), size(3<<20), Threshold[float64]{})
	for _, kv := range [][2]string{{"lowestEfficiency", "2"}, {"highestWastedBytes", "much"}, {"score", "1"}} {
		if err := r.Set(kv[0], kv[1]); err == nil {
			t.Errorf("Set(%q, %q) succeeded", kv[0], kv[1])
		}
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
}

func TestEvaluate(t *testing.T) {
	p := func(v float64) *float64 { return &v }
	all := of(ratio(0.9), size(1000), ratio(0.1))
	type outcome struct {
		pass, unknown, failed bool
		status                [3]Status
		actual                [3]string
	}
	for _, c := range []struct {
		name  string
		rules Rules
		f     Figures
		want  outcome
	}{
		{"good", all, Figures{Efficiency: 0.95, WastedBytes: 10, UserWastedPercent: p(0.01)},
			outcome{true, false, false, [3]Status{Pass, Pass, Pass}, [3]string{"0.9500", "10", "0.0100"}}},
		{"equal passes", all, Figures{Efficiency: 0.9, WastedBytes: 1000, UserWastedPercent: p(0.1)},
			outcome{true, false, false, [3]Status{Pass, Pass, Pass}, [3]string{"0.9000", "1000", "0.1000"}}},
		{"just over", all, Figures{Efficiency: 0.89999, WastedBytes: 1001, UserWastedPercent: p(0.10001)},
			outcome{false, false, true, [3]Status{Fail, Fail, Fail}, [3]string{"0.89999", "1001", "0.10001"}}},
		{"one of them", all, Figures{Efficiency: 0.95, WastedBytes: 1001, UserWastedPercent: p(0.01)},
			outcome{false, false, true, [3]Status{Pass, Fail, Pass}, [3]string{"0.9500", "1001", "0.0100"}}},
		{"defaults do not ask for bytes", Default(), Figures{Efficiency: 0.95, WastedBytes: math.MaxInt64, UserWastedPercent: p(0.01)},
			outcome{true, false, false, [3]Status{Pass, Skipped, Pass}, [3]string{"0.9500", "9223372036854775807", "0.0100"}}},
		{"all off", Rules{}, Figures{Efficiency: 0.1, WastedBytes: 5, UserWastedPercent: p(3)},
			outcome{true, false, false, [3]Status{Skipped, Skipped, Skipped}, [3]string{"0.1000", "5", "3.0000"}}},
		{"all off and partial", Rules{}, Figures{Partial: true},
			outcome{true, false, false, [3]Status{Skipped, Skipped, Skipped}, [3]string{"0.0000", "0", ""}}},
		{"one layer", all, Figures{Efficiency: 1},
			outcome{true, false, false, [3]Status{Pass, Pass, Skipped}, [3]string{"1.0000", "0", ""}}},
		{"upper layers only delete", all, Figures{Efficiency: 1, WastedBytes: 500},
			outcome{false, false, true, [3]Status{Pass, Pass, Fail}, [3]string{"1.0000", "500", "infinite"}}},
		{"no number", all, Figures{Efficiency: math.NaN(), UserWastedPercent: p(math.NaN())},
			outcome{false, false, true, [3]Status{Fail, Pass, Fail}, [3]string{"NaN", "0", "NaN"}}},
		{"partial and fine so far", all, Figures{Efficiency: 1, WastedBytes: 5, UserWastedPercent: p(0), Partial: true},
			outcome{false, true, false, [3]Status{Unknown, Unknown, Unknown}, [3]string{"", "5", ""}}},
		{"partial and too much already", all, Figures{Efficiency: 0.1, WastedBytes: 1001, UserWastedPercent: p(1), Partial: true},
			outcome{false, true, true, [3]Status{Unknown, Fail, Unknown}, [3]string{"", "1001", ""}}},
		{"partial, nothing else asked", Rules{HighestWastedBytes: size(1000)}, Figures{WastedBytes: 1001, Partial: true},
			outcome{false, false, true, [3]Status{Skipped, Fail, Skipped}, [3]string{"0.0000", "1001", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Evaluate(c.rules, c.f)
			got := outcome{pass: v.Pass, unknown: v.Unknown, failed: v.Failed()}
			for i, r := range v.Rules[:3] {
				got.status[i], got.actual[i] = r.Status, r.Actual
				if !strings.HasSuffix(r.Message, ".") || r.Threshold == "" {
					t.Errorf("%s says %q, threshold %q", r.Name, r.Message, r.Threshold)
				}
			}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v\n%+v", got, c.want, v.Rules)
			}
		})
	}
}

func TestThresholdsAreNormalised(t *testing.T) {
	r, err := Parse([]byte("rules: {lowestEfficiency: '0.90', highestWastedBytes: 20Mb, highestUserWastedPercent: OFF}"))
	if err != nil {
		t.Fatal(err)
	}
	v := Evaluate(r, Figures{Efficiency: 1, WastedBytes: 20_000_001})
	for i, want := range []string{"0.9", "20000000", "disabled"} {
		if got := v.Rules[i].Threshold; got != want {
			t.Errorf("%s: threshold %q, want %q", v.Rules[i].Name, got, want)
		}
	}
	// Guards against "20.0 MB are wasted, more than 20.0 MB".
	if got, want := v.Rules[1].Message, "20000001 bytes are wasted, more than the highest allowed, 20000000 bytes."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever Parse accepts is in range, and comes out again as it went in.
func FuzzParse(f *testing.F) {
	f.Add("rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: off\n")
	f.Add("rules: {highestWastedBytes: 0x10, lowestEfficiency: '1e-3'}")
	f.Add("a: &a [*a]\n---\n- ? !!binary")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := Parse([]byte(in))
		if err != nil {
			return
		}
		for _, v := range []float64{r.LowestEfficiency.Limit, r.HighestUserWastedPercent.Limit} {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("%q gives %v", in, v)
			}
		}
		if r.HighestWastedBytes.Limit < 0 {
			t.Fatalf("%q gives %v", in, r.HighestWastedBytes)
		}
		var again Rules
		for _, res := range Evaluate(r, Figures{}).Rules {
			if err := again.Set(res.Name, res.Threshold); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(again, r) {
			t.Fatalf("%q gives %+v, then %+v", in, r, again)
		}
	})
}

func TestFailOn(t *testing.T) {
	some := []finding.Severity{finding.Medium, finding.High, finding.Info}
	checks := map[string]int{"S010": 3, "S050": 2}
	for _, c := range []struct {
		name    string
		failOn  string
		f       Figures
		status  Status
		actual  string
		message string
	}{
		{"by default high fails", "high", Figures{Severities: some}, Fail, "1", "1 of 3 findings"},
		{"above the threshold only", "critical", Figures{Severities: some}, Pass, "0", "None of 3 findings"},
		{"below it count too", "medium", Figures{Severities: some}, Fail, "2", "2 of 3"},
		{"off", "off", Figures{Severities: some}, Skipped, "", "switched off"},
		{"nobody looked", "high", Figures{}, Skipped, "", "Not applicable"},
		{"none", "high", Figures{Severities: []finding.Severity{}}, Pass, "0", "None of 0"},
		{"a check", "s050", Figures{Severities: some, Checks: checks}, Fail, "S050: 2", "2 of 3 findings are of the check S050."},
		{"a check that found nothing", "S052", Figures{Severities: some, Checks: checks}, Pass, "S052: 0", "None of 3 findings is of the check S052."},
		{"severity and check", "critical, S052,S050", Figures{Severities: some, Checks: checks}, Fail, "0, S052: 0, S050: 2", "2 of 3 findings are of the check S050."},
		{"a check, partly read", "S052", Figures{Severities: some, Checks: checks, Partial: true}, Unknown, "S052: 0", "not read to its end"},
		{"partly read", "critical", Figures{Severities: some, Partial: true}, Unknown, "0", "not read to its end"},
		{"partly read and surely broken", "high", Figures{Severities: some, Partial: true}, Fail, "1", "1 of 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := of(Threshold[float64]{}, Threshold[int64]{}, Threshold[float64]{})
			if err := r.Set(FailOn, c.failOn); err != nil {
				t.Fatal(err)
			}
			got := Evaluate(r, c.f).Rules[3]
			if got.Status != c.status || got.Actual != c.actual || !strings.Contains(got.Message, c.message) {
				t.Errorf("got %+v", got)
			}
		})
	}
	r := Default()
	if err := r.Set(FailOn, "dreadful"); err == nil || !strings.Contains(err.Error(), "critical") {
		t.Errorf("got %v, want the severities there are", err)
	}
	if err := r.Set(FailOn, "high,low"); err == nil || r.FailOn != Default().FailOn {
		t.Errorf("two severities: %v, %+v", err, r.FailOn)
	}
}

// TestBreaking holds what a verdict says of single findings to how it was reached.
func TestBreaking(t *testing.T) {
	for _, c := range []struct {
		failOn   string
		severity finding.Severity
		check    string
		want     bool
	}{
		{"high", finding.Critical, "S010", true},
		{"high", finding.Medium, "S010", false},
		{"s050,critical", finding.Info, "S050", true},
		{"s050,critical", finding.High, "S010", false},
		{"S050", finding.Critical, "S010", false},
		{"off", finding.Critical, "S010", false},
	} {
		var r Rules
		if err := r.Set(FailOn, c.failOn); err != nil {
			t.Fatal(err)
		}
		v := Evaluate(r, Figures{Severities: []finding.Severity{c.severity}, Checks: map[string]int{c.check: 1}})
		if got := v.Breaking()(c.severity, c.check); got != c.want || got != v.Failed() {
			t.Errorf("%s, %s %s: breaks %t, the policy failed %t", c.failOn, c.severity, c.check, got, v.Failed())
		}
	}
}
