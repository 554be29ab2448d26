package diagen_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/internal/diagen"
)

const base = "../../diameter/base.dia"

// TestGenerated compares what go generate makes of each dictionary of the repository with what is committed.
func TestGenerated(t *testing.T) {
	var dictionaries []string
	require.NoError(t, filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if e.IsDir() && (e.Name() == "testdata" || e.Name() == ".git") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".dia" {
			dictionaries = append(dictionaries, path)
		}
		return err
	}))
	require.Greater(t, len(dictionaries), 5)
	for _, dia := range dictionaries {
		dir, name := filepath.Split(dia)
		out := dir + "z" + strings.TrimSuffix(name, ".dia") + ".go"
		want, err := os.ReadFile(out)
		require.NoError(t, err)
		for range 2 { // twice, since a map has another order each time
			got, err := diagen.Compile(dia)
			require.NoError(t, err)
			require.True(t, string(want) == string(got), "%s is not what %s gives: run go generate", out, dia)
		}
	}
}

func TestErrors(t *testing.T) {
	head := ";@go example.com/x\n@id 1\n@name x\n@vendor 9 acme\n@inherits scefkit_base\n@avp_types\nA 1 Unsigned32 V\nB 2 Grouped V\nC 3 Enumerated -\n" // 9 lines
	rest := "@grouped\nB ::= < AVP Header: 2 >\n{ A }\n"                                                                                                  // ends in line 12
	for _, c := range []struct{ name, src, want string }{
		{"character", "@id 1\n  $\n", `x.dia:2: "$" cannot stand here`},
		{"no section", "hello", "x.dia:1: a section such as @messages is expected, not hello"},
		{"unknown section", "@ids 1", "x.dia:1: there is no section @ids"},
		{"unknown directive", "\n;@bitmap X\n", "x.dia:2: there is no directive ;@bitmap"},
		{"short directive", ";@constant X", "x.dia:1: ;@constant needs 2 words"},
		{"lost item", ";@  X 1", "x.dia:1: an item belongs after ;@bitmask or ;@values"},
		{"short item", ";@values X\n;@  X", "x.dia:2: an item has a name and a number"},
		{"bad item", ";@values X\n;@  X y", "x.dia:2: y is not a number of 32 bits"},
		{"big number", "@id 4294967296", "x.dia:1: 4294967296 is not a number of 32 bits"},
		{"no number", "@id x", "x.dia:1: an application id is expected, not x"},
		{"end", "@id", "x.dia:1: an application id is expected, not the end of the file"},
		{"flags", "@avp_types\nA 1 Unsigned32 X", "x.dia:2: the flags of A are of M, V and P, or -"},
		{"header", "@messages\nA ::= < AVP Header: 1 >", "x.dia:2: Diameter is expected, not AVP"},
		{"header flags", "@messages\nA ::= < Diameter Header: 1, RES >", "x.dia:2: the flags of a header are REQ, PXY and ERR"},
		{"bracket", "@grouped\nA ::= < AVP Header: 1 > ( X )", `x.dia:2: "(" cannot stand here`},
		{"brackets", "@grouped\nA ::= < AVP Header: 1 > { X ]", "x.dia:2: } is expected, not ]"},
		{"no bracket", "@grouped\nA ::= < AVP Header: 1 > X", "x.dia:2: an AVP in < >, { } or [ ] is expected, not X"},
		{"bounds", "@grouped\nA ::= < AVP Header: 1 >\n3*2{ X }", "x.dia:3: X may occur less often than it must"},
		{"bound", "@grouped\nA ::= < AVP Header: 1 >\n999*{ X }", "x.dia:3: X must occur more than 100 times"},
		{"no package", "@name x", "x.dia:1: a dictionary names its Go package with ;@go"},
		{"no id", ";@go x\n@messages\nX ::= < Diameter Header: 1 >", "x.dia:3: a dictionary with messages has an @id"},
		{"inherits", ";@go x\n@inherits nobody", "x.dia:2: dictionary nobody is inherited, but not given"},
		{"inherits AVP", ";@go x\n@inherits scefkit_base Session-Id Foo", "x.dia:2: an AVP inherited from scefkit_base is not defined there"},
		{"inherits twice", ";@go x\n@inherits scefkit_base\n@inherits scefkit_base", "x.dia:3: AVP User-Name is inherited twice"},
		{"type", ";@go x\n@avp_types\nA 1 Unsigned8 -", "x.dia:3: AVP A has the type Unsigned8, which there is not"},
		{"again", ";@go x\n@inherits scefkit_base\n@avp_types\nDRMP 1 Time -", "x.dia:4: AVP DRMP is defined already, in ../../diameter/base.dia:44"},
		{"no vendor", ";@go x\n@avp_types\nA 1 Time V", "x.dia:3: AVP A has the V flag, so @vendor is needed"},
		{"vendor of", head + rest + "@avp_vendor_id 7 C", "x.dia:13: C in @avp_vendor_id is no AVP of this dictionary with the V flag"},
		{"same code", head + "D 1 Time V\n" + rest, "x.dia:10: AVPs A and D both have code 1 of vendor 9"},
		{"same code as inherited", head + "D 264 Time -\n" + rest, "x.dia:10: AVPs Origin-Host and D both have code 264 of vendor 0"},
		{"enum of nothing", head + rest + "@enum D\nX 1", "x.dia:13: D is not an AVP of this dictionary"},
		{"enum twice", head + rest + "@enum C\nX 1\n@enum C\nX 1", "x.dia:15: the values of C are named already"},
		{"enum type", head + rest + "@enum A\nX 1", "x.dia:13: @enum is for Enumerated, but A is Unsigned32; use ;@values"},
		{"values type", head + rest + ";@values C\n;@ X 1", "x.dia:13: ;@values is for Unsigned32 and Unsigned64, but C is Enumerated"},
		{"value twice", head + rest + "@enum C\nX 1\nY 1", "x.dia:15: Y 1 stands twice in C"},
		{"bit", head + rest + ";@bitmask A\n;@ X 32", "x.dia:14: A has no bit 32"},
		{"masked", head + rest + ";@masked A", "x.dia:13: A is not an AVP of this dictionary that can be masked"},
		{"hidden", head + rest + ";@hidden Session-Id", "x.dia:13: Session-Id is not an AVP of this dictionary that can be hidden"},
		{"constant", head + rest + ";@constant DRMP PRIORITY_16", "x.dia:13: DRMP has no value PRIORITY_16"},
		{"required", head + rest + ";@required X A", "x.dia:13: there is no message or group X here"},
		{"required within", head + rest + ";@required B A/C", "x.dia:13: B has no group A with an AVP C"},
		{"required within nothing", head + rest + ";@required X A/C", "x.dia:13: there is no message or group X here"},
		{"required anyway", head + "D 4 Grouped V\n@grouped B ::= < AVP Header: 2 >\n{ A }\nD ::= < AVP Header: 4 > [ B ]\n;@required D B/A",
			"x.dia:14: A is required in every B"},
		{"name", head + rest + ";@name A b", "x.dia:13: A is not an AVP of this dictionary, or b not an exported name of Go"},
		{"name of another", head + rest + ";@name DRMP Prio", "x.dia:13: DRMP is not an AVP of this dictionary, or Prio not an exported name of Go"},
		{"short name", ";@name A", "x.dia:1: ;@name needs 2 words"},
		{"M bit", head + rest + ";@mbit A must", "x.dia:13: A is not an inherited AVP"},
		{"M bit value", ";@mbit A maybe", "x.dia:1: the M bit of A is must or mustnot"},
		{"quoted name", "@avp_types\n'\u00e9' 1 Time -", "x.dia:2: a name has printable ASCII characters only"},
		{"package", ";@go a b\n;@go x-y", `x.dia:1: "x-y" is not the import path of a Go package`},
		{"package path", ";@go \"x", `x.dia:1: "\"x" is not the import path of a Go package`},
		{"method", head + "String 4 Time V\n@grouped B ::= < AVP Header: 2 >\n[ String ]",
			"x.dia:12: B: String has the name of a method in Go; give it another with ;@name"},
		{"same Go name", head + "b 4 Enumerated -\n" + rest + "@enum b\nX 1", "x.dia:10: B and b are both AVPB in Go"},
		{"same Go name of values", head + rest + "@enum C\nX-Y 1\nX_Y 2", "x.dia:15: X-Y of C and X_Y of C are both CXY in Go"},
		{"same Go name of a message", head + rest + "@messages\nB ::= < Diameter Header: 5, REQ > { A }\nY ::= < Diameter Header: 5 > { A }",
			"x.dia:8: B and B are both B in Go"},
		{"function", head + rest + "@messages\nNew ::= < Diameter Header: 5, REQ > { A }\nY ::= < Diameter Header: 5 > { A }",
			"x.dia:14: the function that makes commands and New are both New in Go"},
		{"required in a group", head + rest + ";@required B C", "x.dia:13: B has no AVP C"},
		{"no group", head, "x.dia:8: AVP B is Grouped, but its content is not in @grouped"},
		{"group of nothing", head + "@grouped A ::= < AVP Header: 1 > { C }", "x.dia:10: group A is not an AVP of this dictionary of type Grouped"},
		{"group twice", head + rest + "B ::= < AVP Header: 2 > { A }", "x.dia:13: group B is defined already, in line 11"},
		{"group code", head + "@grouped B ::= < AVP Header: 3 > { A }", "x.dia:10: group B has code 3 here and 2 in @avp_types"},
		{"group vendor", head + "@grouped B ::= < AVP Header: 2 8 > { A }", "x.dia:10: group B has vendor 8 here and 9 before"},
		{"undefined", head + "@grouped B ::= < AVP Header: 2 >\n{ D }", "x.dia:11: B names D, which is not defined"},
		{"twice", head + "@grouped B ::= < AVP Header: 2 >\n{ A }\n[ A ]", "x.dia:12: B names A twice"},
		{"order", head + "@grouped B ::= < AVP Header: 2 >\n[ A ]\n{ C }", "x.dia:12: B: C breaks the order of < >, then { }, then [ ]"},
		{"Go name", head + "A- 4 Time V\n@grouped B ::= < AVP Header: 2 >\n[ A ]\n[ A- ]", "x.dia:13: B: A and A- have the same name in Go"},
		{"cycle", head + "@grouped B ::= < AVP Header: 2 > [ B ]", "x.dia:10: group B is within itself"},
		{"size", head + "@grouped B ::= < AVP Header: 2 >\n100{ A }\nD ::= < AVP Header: 4 >\n3{ B }\n@avp_types D 4 Grouped -",
			"x.dia:12: what group D requires takes more than 4096 octets"},
		{"message twice", head + rest + "@messages\nX ::= < Diameter Header: 5, REQ > { A }\nX ::= < Diameter Header: 5 > { A }",
			"x.dia:15: message X is defined already"},
		{"same command", head + rest + "@messages\nX ::= < Diameter Header: 5, REQ > { A }\nY ::= < Diameter Header: 5, REQ > { A }",
			"x.dia:15: messages X and Y both have code 5 and the same REQ flag"},
		{"no answer", head + rest + "@messages\nX ::= < Diameter Header: 5, REQ > { A }", "x.dia:14: message X has no answer or request of the same code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := os.ReadFile(base)
			require.NoError(t, err)
			b, err := diagen.Parse(base, src)
			require.NoError(t, err)
			require.NoError(t, diagen.Resolve(b, nil))
			f, err := diagen.Parse("x.dia", []byte(c.src))
			if err == nil {
				err = diagen.Resolve(f, []*diagen.File{b})
			}
			var e *diagen.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.want, err.Error())
			require.Equal(t, strings.TrimSpace(append(strings.Split(c.src, "\n"), "")[e.Line-1]), e.Text)
		})
	}
}

func TestGoName(t *testing.T) {
	for name, want := range map[string]string{
		"Session-Id": "SessionID", "3GPP-Charging-Characteristics": "ThreeGPPChargingCharacteristics", "MTC-Provider-ID": "MTCProviderID",
		"Maximum-UE-Availability-Time": "MaximumUEAvailabilityTime", "E-UTRAN-Cell-Global-Identity": "EUTRANCellGlobalIdentity",
		"eDRX-Cycle-Length": "EDRXCycleLength", "Number-Of-UEs": "NumberOfUEs", "Extended-PCO": "ExtendedPCO", "OC-OLR": "OCOLR",
		"DRMP": "DRMP", "SCEF-Reference-ID-for-Deletion-Ext": "SCEFReferenceIDForDeletionExt", "NO_STATE_MAINTAINED": "NoStateMaintained",
		"CONNECTION_UPDATE": "ConnectionUpdate", "EUTRAN-NB-IoT": "EUTRANNBIoT", "LTE-M(LEO)": "LTEMLEO", "AdditionalIdentifiers": "AdditionalIdentifiers",
		"Acknowledged-Delivery": "AcknowledgedDelivery", "RRC-Cause-Counter": "RRCCauseCounter", "SCEF-Wait-Time": "SCEFWaitTime",
		"APN-Rate-Control-Status": "APNRateControlStatus", "IMEI": "IMEI", "Non-IP-Data": "NonIPData", "answer-message": "AnswerMessage",
	} {
		require.Equal(t, want, diagen.GoName(name))
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range []string{base, "sample/sample.dia"} {
		src, err := os.ReadFile(p)
		require.NoError(f, err)
		f.Add(string(src))
	}
	f.Add(";@go x\n@avp_types A 1 Grouped -\n@grouped A ::= < AVP Header: 1 > 1*{ AVP }")
	f.Add(";@go x\n@avp_types\n'a\"b' 1 Enumerated - ; \x00 \xff\n@enum 'a\"b'\n'(1)' 1 ; \r \ufeff")
	f.Fuzz(func(t *testing.T, src string) {
		d, err := diagen.Parse("x.dia", []byte(src))
		if err == nil {
			err = diagen.Resolve(d, nil)
		}
		if err != nil {
			var e *diagen.Error
			require.ErrorAs(t, err, &e)
			return
		}
		out, err := diagen.Generate(d)
		require.NoError(t, err)
		_, err = parser.ParseFile(token.NewFileSet(), "zx.go", out, parser.AllErrors|parser.DeclarationErrors)
		require.NoError(t, err)
	})
}
