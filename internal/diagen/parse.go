package diagen

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// An Error is a fault of a dictionary.
type Error struct {
	File string
	Line int
	Rule string // what the dictionary should have kept
	Text string // of the line
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Rule) }

// A File is a parsed dictionary.
type File struct {
	Path   string
	ID     uint32 // application; only valid with HasID
	HasID  bool
	Name   string // @name
	Prefix string
	GoPath string // import path of the generated package
	Vendor uint32

	Inherits []*Inherit
	AVPs     []*AVP
	Groups   []*Grammar
	Messages []*Grammar
	Enums    []*Enum

	vendorOf  []option // AVP and vendor, from @avp_vendor_id
	constants []option
	required  []option
	masked    []option
	hidden    []option
	empty     []option
	names     []option // AVP and its name in Go
	mbits     []option // inherited AVP and whether it has the M bit here

	lines []string
	known map[string]*AVP // all AVPs by name, those inherited included; set by Resolve
}

// An Inherit names a dictionary whose AVPs are used; AVPs limits them, if it is not empty.
type Inherit struct {
	Name string
	AVPs []string
	Line int

	file *File
}

// An AVP is one line of @avp_types.
type AVP struct {
	Name      string
	Code      uint32
	Type      string
	Mandatory bool
	Vendor    uint32
	Doc       string
	Line      int

	vflag  bool
	file   *File // that defines it
	here   *File // that gives it another M bit, or nil
	goName string
	group  *Grammar
	enum   *Enum
	masked bool
	hidden bool
	empty  bool
}

// A Grammar is the content of a message or Grouped AVP.
type Grammar struct {
	Name   string // AVP or message
	Code   uint32
	Vendor uint32 // of a group
	Flags  []string
	Doc    []string
	Items  []*Item
	Line   int

	message bool
	within  []within // what must be in optional members of groups
}

// within says that a grammar needs a member of one of its groups that the group itself does not need.
type within struct {
	group, member *Item
	path          [2]*AVP
}

// An Item is one AVP of a grammar. Max 0 means any number.
type Item struct {
	Name     string
	Min, Max uint32
	Line     int

	kind int // 0 for < >, 1 for { }, 2 for [ ]
}

// An Enum names values of an AVP.
type Enum struct {
	Name   string // AVP
	Kind   string // "enum", "values" or "bitmask"
	Values []*Value
	Line   int
}

// A Value is one named value, or the number of a bit.
type Value struct {
	Name   string
	Number uint32
	Doc    string
	Line   int
}

type option struct {
	name, value string
	line        int
}

type token struct {
	text string
	kind byte // 'w' word, 'n' number, '@' section, 'p' punctuation, 0 end
	line int
}

var (
	lexeme  = regexp.MustCompile(`^(?:'[^'\n]+'|@[a-z_]+|::=|[A-Za-z0-9][A-Za-z0-9_-]*|[<>{}\[\]*:,-])`)
	numeral = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F]+|[0-9]+)$`)
)

type parser struct {
	*File
	toks    []token
	pos     int
	comment map[int]string // the comment at the end of a line with code
	above   map[int]string // whole-line comments
}

// Parse reads the dictionary src; path is for messages.
func Parse(path string, src []byte) (f *File, err error) {
	p := &parser{File: &File{Path: path, lines: strings.Split(string(src), "\n")}, comment: map[int]string{}, above: map[int]string{}}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			f, err = nil, e
		default:
			panic(e)
		}
	}()
	p.scan(string(src))
	for p.peek().kind != 0 {
		p.section()
	}
	return p.File, nil
}

func (f *File) fault(line int, format string, args ...any) *Error {
	e := &Error{File: f.Path, Line: line, Rule: fmt.Sprintf(format, args...)}
	if 1 <= line && line <= len(f.lines) {
		e.Text = strings.TrimSpace(f.lines[line-1])
	}
	return e
}

func (p *parser) fail(line int, format string, args ...any) {
	panic(p.fault(line, format, args...))
}

// clean makes text fit for a comment in Go.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\ufeff' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " ")))
}

func (p *parser) scan(src string) {
	var items *Enum // that ";@  NAME VALUE" lines belong to
	line := 0
	for text := range strings.Lines(src) {
		line++
		code, comment := strings.TrimRight(text, "\r\n"), ""
		if i := strings.IndexByte(code, ';'); i >= 0 {
			code, comment = code[:i], code[i+1:]
		}
		blank := strings.TrimSpace(code) == ""
		if rest, ok := strings.CutPrefix(comment, "@"); ok && blank {
			items = p.directive(items, rest, line)
			continue
		}
		items = nil
		if c := clean(strings.TrimLeft(comment, ";")); c != "" {
			if blank {
				p.above[line] = c
			} else {
				p.comment[line] = c
			}
		}
		for {
			if code = strings.TrimLeft(code, " \t"); code == "" {
				break
			}
			m := lexeme.FindString(code)
			if m == "" {
				p.fail(line, "%q cannot stand here", code[:1])
			}
			code = code[len(m):]
			t := token{m, 'p', line}
			switch c := m[0]; {
			case c == '@':
				t.kind = '@'
			case c == '\'':
				t.kind, t.text = 'w', m[1:len(m)-1]
				if strings.ContainsFunc(t.text, func(r rune) bool { return r < ' ' || r > '~' }) {
					p.fail(line, "a name has printable ASCII characters only")
				}
			case numeral.MatchString(m):
				t.kind = 'n'
			case m != "::=" && m != "-" && (c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'):
				t.kind = 'w'
			}
			p.toks = append(p.toks, t)
		}
	}
	p.toks = append(p.toks, token{"the end of the file", 0, line})
}

// directive reads what follows ";@"; it returns where item lines belong to.
func (p *parser) directive(items *Enum, text string, line int) *Enum {
	w := strings.Fields(text)
	if len(w) == 0 {
		return items
	}
	if text[0] == ' ' || text[0] == '\t' {
		if items == nil {
			p.fail(line, "an item belongs after ;@bitmask or ;@values")
		}
		if len(w) < 2 {
			p.fail(line, "an item has a name and a number")
		}
		items.Values = append(items.Values, &Value{w[0], p.number(w[1], line), clean(strings.Join(w[2:], " ")), line})
		return items
	}
	need := func(n int) {
		if len(w) < n+1 {
			p.fail(line, ";@%s needs %d words", w[0], n)
		}
	}
	each := func(to *[]option) {
		need(1)
		for _, n := range w[1:] {
			*to = append(*to, option{n, "", line})
		}
	}
	switch w[0] {
	case "go":
		need(1)
		p.GoPath = w[1]
	case "bitmask", "values":
		need(1)
		e := &Enum{Name: w[1], Kind: w[0], Line: line}
		p.Enums = append(p.Enums, e)
		return e
	case "constant":
		need(2)
		p.constants = append(p.constants, option{w[1], w[2], line})
	case "required":
		need(2)
		for _, n := range w[2:] {
			p.required = append(p.required, option{w[1], n, line})
		}
	case "masked":
		each(&p.masked)
	case "hidden":
		each(&p.hidden)
	case "empty":
		each(&p.empty)
	case "name":
		need(2)
		p.names = append(p.names, option{w[1], w[2], line})
	case "mbit":
		need(2)
		if w[2] != "must" && w[2] != "mustnot" {
			p.fail(line, "the M bit of %s is must or mustnot", w[1])
		}
		p.mbits = append(p.mbits, option{w[1], w[2], line})
	default:
		p.fail(line, "there is no directive ;@%s", w[0])
	}
	return nil
}

func (p *parser) number(s string, line int) uint32 {
	n, err := strconv.ParseUint(s, 0, 32)
	if len(s) > 1 && s[0] == '0' && s[1] != 'x' && s[1] != 'X' {
		n, err = strconv.ParseUint(s, 10, 32)
	}
	if err != nil {
		p.fail(line, "%s is not a number of 32 bits", s)
	}
	return uint32(n)
}

func (p *parser) peek() token { return p.toks[p.pos] }

func (p *parser) take() token {
	t := p.toks[p.pos]
	if t.kind != 0 {
		p.pos++
	}
	return t
}

// is takes the next token if it is s.
func (p *parser) is(s string) bool {
	if t := p.peek(); t.kind == 'p' && t.text == s {
		p.pos++
		return true
	}
	return false
}

func (p *parser) want(s string) {
	if t := p.peek(); !p.is(s) {
		p.fail(t.line, "%s is expected, not %s", s, t.text)
	}
}

func (p *parser) word(what string) token {
	t := p.take()
	if t.kind != 'w' {
		p.fail(t.line, "%s is expected, not %s", what, t.text)
	}
	return t
}

func (p *parser) num(what string) uint32 {
	t := p.take()
	if t.kind != 'n' {
		p.fail(t.line, "%s is expected, not %s", what, t.text)
	}
	return p.number(t.text, t.line)
}

// more reports whether the section goes on.
func (p *parser) more() bool { k := p.peek().kind; return k != '@' && k != 0 }

func (p *parser) section() {
	s := p.take()
	if s.kind != '@' {
		p.fail(s.line, "a section such as @messages is expected, not %s", s.text)
	}
	switch s.text {
	case "@id":
		p.ID = p.num("an application id")
		p.HasID = true
	case "@name":
		p.Name = p.word("a name").text
	case "@prefix":
		p.Prefix = p.word("a prefix").text
	case "@vendor":
		p.Vendor = p.num("a vendor id")
		p.take() // its name, a word or, as in 3GPP, nearly one
	case "@inherits":
		in := &Inherit{Name: p.word("the name of a dictionary").text, Line: s.line}
		for p.more() {
			in.AVPs = append(in.AVPs, p.word("the name of an AVP").text)
		}
		p.Inherits = append(p.Inherits, in)
	case "@avp_types":
		for p.more() {
			p.avpType()
		}
	case "@avp_vendor_id":
		v := p.num("a vendor id")
		for p.more() {
			t := p.word("the name of an AVP")
			p.vendorOf = append(p.vendorOf, option{t.text, strconv.Itoa(int(v)), t.line})
		}
	case "@enum":
		t := p.word("the name of an AVP")
		e := &Enum{Name: t.text, Kind: "enum", Line: t.line}
		for p.more() {
			n := p.word("the name of a value")
			v := p.num("a value")
			e.Values = append(e.Values, &Value{n.text, v, p.comment[n.line], n.line})
		}
		p.Enums = append(p.Enums, e)
	case "@grouped":
		for p.more() {
			p.Groups = append(p.Groups, p.grammar(false))
		}
	case "@messages":
		for p.more() {
			p.Messages = append(p.Messages, p.grammar(true))
		}
	case "@define": // names for Erlang only
		for p.more() {
			p.take()
		}
	default:
		p.fail(s.line, "there is no section %s", s.text)
	}
}

func (p *parser) avpType() {
	t := p.word("the name of an AVP")
	a := &AVP{Name: t.text, Line: t.line, Doc: p.comment[t.line], file: p.File, goName: GoName(t.text)}
	a.Code = p.num("the code of " + t.text)
	a.Type = p.word("the type of " + t.text).text
	if p.is("-") {
		p.AVPs = append(p.AVPs, a)
		return
	}
	flags := p.word("the flags of " + t.text)
	for _, c := range flags.text {
		switch c {
		case 'M':
			a.Mandatory = true
		case 'V':
			a.vflag = true
		case 'P': // of RFC 3588; never sent
		default:
			p.fail(flags.line, "the flags of %s are of M, V and P, or -", t.text)
		}
	}
	p.AVPs = append(p.AVPs, a)
}

// doc collects the whole-line comments directly before line.
func (p *parser) doc(line int) (out []string) {
	from := line
	for p.above[from-1] != "" {
		from--
	}
	for ; from < line; from++ {
		out = append(out, p.above[from])
	}
	return out
}

func (p *parser) grammar(message bool) *Grammar {
	t := p.word("the name of a message or group")
	g := &Grammar{Name: t.text, Line: t.line, Doc: p.doc(t.line), message: message}
	p.want("::=")
	p.want("<")
	kind := "AVP"
	if message {
		kind = "Diameter"
	}
	for _, w := range [2]string{kind, "Header"} {
		if t := p.word(w); t.text != w {
			p.fail(t.line, "%s is expected, not %s", w, t.text)
		}
	}
	p.want(":")
	if message {
		if n := p.peek(); n.kind == 'w' && n.text == "code" {
			p.take()
		} else {
			g.Code = p.num("a command code")
		}
		for !p.is(">") {
			optional := p.is("[")
			if !optional {
				p.want(",")
			}
			if p.peek().kind == 'w' {
				f := p.take()
				if f.text != "REQ" && f.text != "PXY" && f.text != "ERR" {
					p.fail(f.line, "the flags of a header are REQ, PXY and ERR")
				}
				if !optional {
					g.Flags = append(g.Flags, f.text)
				}
			} else {
				p.num("a flag or application id")
			}
			if optional {
				p.want("]")
			}
		}
	} else {
		g.Code = p.num("an AVP code")
		if p.peek().kind == 'n' {
			g.Vendor = p.num("a vendor id")
		}
		p.want(">")
	}
	for p.more() && p.toks[p.pos+1].text != "::=" {
		g.Items = append(g.Items, p.item())
	}
	return g
}

func (p *parser) item() *Item {
	it := &Item{Line: p.peek().line}
	var low, high uint32
	hasLow, hasHigh, star := false, false, false
	if p.peek().kind == 'n' {
		low = p.num("")
		hasLow = true
	}
	if p.is("*") {
		star = true
		if p.peek().kind == 'n' {
			high = p.num("")
			hasHigh = true
		}
	} else if hasLow { // "2{ X }": exactly so many
		high, hasHigh = low, true
	}
	open := p.take()
	closing := map[string]string{"<": ">", "{": "}", "[": "]"}[open.text]
	if open.kind != 'p' || closing == "" {
		p.fail(open.line, "an AVP in < >, { } or [ ] is expected, not %s", open.text)
	}
	it.Name = p.word("the name of an AVP").text
	p.want(closing)
	it.kind = strings.Index("<{[", open.text)
	if it.Min, it.Max = 1, 1; open.text == "[" {
		it.Min = 0
	}
	if hasLow {
		it.Min = low
	}
	if hasHigh {
		it.Max = high
	} else if star {
		it.Max = 0
	}
	if hasHigh && high == 0 || it.Max != 0 && it.Min > it.Max {
		p.fail(it.Line, "%s may occur less often than it must", it.Name)
	}
	if it.Min > 100 {
		p.fail(it.Line, "%s must occur more than 100 times", it.Name)
	}
	return it
}
