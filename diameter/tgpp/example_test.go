package tgpp_test

import (
	"fmt"

	"github.com/scefkit/scefkit/diameter/tgpp"
)

// The network that a UE visits.
func ExampleParsePLMN() {
	p, err := tgpp.ParsePLMN([]byte{0x00, 0xf1, 0x10})
	fmt.Println(p, err)
	fmt.Println(p == tgpp.PLMN{MCC: "001", MNC: "01"})
	// Output:
	// 001-01 <nil>
	// true
}

// A map of areas has identities as its keys.
func ExampleParseUserLocation() {
	sites := map[tgpp.ENodeB]string{
		{PLMN: tgpp.PLMN{MCC: "001", MNC: "01"}, Kind: tgpp.MacroENodeB, ID: 0x1a2b3}: "harbour",
	}

	u, err := tgpp.ParseUserLocation([]byte{130, 0x00, 0xf1, 0x10, 0x00, 0x2a, 0x00, 0xf1, 0x10, 0x01, 0xa2, 0xb3, 0x05})
	if err != nil {
		panic(err)
	}
	fmt.Println(u)
	if u.Type.HasECGI() {
		fmt.Println(sites[u.ECGI.MacroENodeB()])
	}
	// Output:
	// TAI 001-01-002a, ECGI 001-01-1a2b305
	// harbour
}

func ExampleAppendTBCD() {
	b, err := tgpp.AppendTBCD(nil, "15551230002")
	fmt.Printf("%x %v\n", b, err)
	// Output: 5155210300f2 <nil>
}
