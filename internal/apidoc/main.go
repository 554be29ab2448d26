// Command apidoc collects the doc comments of package t8 for the API descriptions that the package emits: a running program
// does not know them, nor the values of an enumeration. It writes zdocs.json into the current directory.
//
//	go run ../internal/apidoc ../id
//
// The arguments are further directories whose types are described.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// docs is what zdocs.json holds.
type docs struct {
	Types      map[string]string      `json:"types"`      // by name
	Fields     map[string]string      `json:"fields"`     // by type and field, "RDSPort.PortUE"
	Values     map[string][][2]string `json:"values"`     // of an enumeration in their order: value, text
	Operations map[string]string      `json:"operations"` // by API and operationId, "3gpp-nidd FetchAllNIDDConfigurations"
	APIs       map[string]string      `json:"apis"`       // by name, "3gpp-nidd"
}

func main() {
	d := docs{map[string]string{}, map[string]string{}, map[string][][2]string{}, map[string]string{}, map[string]string{}}
	err := d.read(".")
	for _, dir := range os.Args[1:] {
		if err == nil {
			err = d.read(dir)
		}
	}
	var b bytes.Buffer
	if err == nil {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		err = e.Encode(d)
	}
	if err == nil {
		err = os.WriteFile("zdocs.json", b.Bytes(), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "apidoc:", err)
		os.Exit(1)
	}
}

// read adds the package in dir.
func (d *docs) read(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	methods := map[string]string{} // of interfaces: "NIDD.Ports"
	consts := map[string]string{}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, f)
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok {
				d.declaration(g, methods)
				for _, spec := range g.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok {
						constants(v, consts)
					}
				}
			}
		}
	}
	for _, f := range files {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasSuffix(fn.Name.Name, "API") {
				d.api(fn, methods, consts)
			}
		}
	}
	return nil
}

func (d *docs) declaration(g *ast.GenDecl, methods map[string]string) {
	for _, spec := range g.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if !s.Name.IsExported() {
				continue
			}
			name := s.Name.Name
			doc := s.Doc
			if doc == nil {
				doc = g.Doc
			}
			switch t := s.Type.(type) {
			case *ast.StructType:
				members := membersOf(t)
				d.put(d.Types, name, plain(text(doc), name, members))
				for _, f := range t.Fields.List {
					for _, n := range f.Names {
						if members[n.Name] != "" {
							d.put(d.Fields, name+"."+n.Name, plain(either(f.Doc, f.Comment), n.Name, members))
						}
					}
				}
			case *ast.InterfaceType:
				d.put(methods, name, text(doc))
				for _, f := range t.Methods.List {
					for _, n := range f.Names {
						d.put(methods, name+"."+n.Name, text(f.Doc))
					}
				}
			case *ast.Ident:
				d.put(d.Types, name, plain(text(doc), name, nil))
			}
		case *ast.ValueSpec:
			typ, ok := s.Type.(*ast.Ident)
			if g.Tok != token.CONST || !ok || !typ.IsExported() || len(s.Values) != 1 {
				continue
			}
			if lit, ok := s.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				v, _ := strconv.Unquote(lit.Value) // the parser read it
				d.Values[typ.Name] = append(d.Values[typ.Name], [2]string{v, plain(either(s.Doc, s.Comment), s.Names[0].Name, nil)})
			}
		}
	}
}

func (d *docs) put(to map[string]string, name, text string) {
	if text != "" && !strings.Contains(text, "FIXME") {
		to[name] = text
	}
}

func either(a, b *ast.CommentGroup) string {
	if a != nil {
		return text(a)
	}
	return text(b)
}

var link = regexp.MustCompile(`\[([A-Z][A-Za-z0-9.]*)\]`)

// text is a comment in one line for each paragraph.
func text(c *ast.CommentGroup) string {
	var paragraphs []string
	for p := range strings.SplitSeq(c.Text(), "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			paragraphs = append(paragraphs, link.ReplaceAllString(p, "$1"))
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// membersOf returns the names on the wire of the members of a struct, by those of its fields.
func membersOf(t *ast.StructType) map[string]string {
	members := map[string]string{}
	for _, f := range t.Fields.List {
		for _, n := range f.Names {
			if f.Tag == nil || !n.IsExported() {
				continue
			}
			tag, _ := strconv.Unquote(f.Tag.Value)
			if member, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ","); member != "" && member != "-" {
				members[n.Name] = member
			}
		}
	}
	return members
}

var (
	word   = regexp.MustCompile(`[A-Za-z0-9]+`)
	absent = []struct {
		was *regexp.Regexp
		is  string
	}{
		{regexp.MustCompile(`\b(?:nil|zero|empty):`), "absent:"},
		{regexp.MustCompile(`\b(?:Nil|Zero|Empty):`), "Absent:"},
		{regexp.MustCompile(`\bnil\b`), "absence"},
		{regexp.MustCompile(`\bNil\b`), "Absence"},
		{regexp.MustCompile(`\btime\.Duration\b`), "duration"},
	}
)

// plain turns the doc comment of name into a text for those who do not read Go: without the name that it begins with, and
// with the names on the wire for those of fields.
func plain(text, name string, members map[string]string) string {
	for _, article := range []string{"A ", "An "} {
		text = strings.TrimPrefix(text, article)
	}
	if rest, ok := strings.CutPrefix(text, name+" "); ok {
		for _, verb := range []string{"is ", "are "} {
			if r, ok := strings.CutPrefix(rest, verb); ok {
				rest = r
				break
			}
		}
		text = strings.ToUpper(rest[:1]) + rest[1:]
	}
	var b strings.Builder
	at := 0
	for _, w := range word.FindAllStringIndex(text, -1) {
		was := text[w[0]:w[1]]
		is := members[was]
		if is == "" || strings.ToLower(was[1:]) == was[1:] {
			continue // no member, or one that looks like any other word
		}
		b.WriteString(text[at:w[0]] + is)
		at = w[1]
	}
	text = b.String() + text[at:]
	var sentences []string
	for s := range strings.SplitAfterSeq(text, ". ") {
		if !strings.Contains(s, "fault.") {
			sentences = append(sentences, s)
		}
	}
	text = strings.TrimSpace(strings.Join(sentences, ""))
	for _, a := range absent {
		text = a.was.ReplaceAllString(text, a.is)
	}
	return text
}

var withSelf = regexp.MustCompile(` and returns [^.]* with [^.]*Self\b.*$`)

// firstSentence is what the doc comment of a method says to those who do not read Go.
func firstSentence(text, name string) string {
	text, _, _ = strings.Cut(plain(text, name, nil), "\n")
	text, _, _ = strings.Cut(text, ". ")
	text, _, _ = strings.Cut(text, ", or absence")
	text = withSelf.ReplaceAllString(text, "")
	if head, _, _ := strings.Cut(text, "; "); strings.Count(head, "(") == strings.Count(head, ")") {
		text = head
	}
	return strings.TrimSuffix(text, ".")
}

// makers are the functions that make a route; the second argument is its operationId.
var makers = []string{"getList", "getOne", "postNew", "post", "put", "patch", "remove", "removeTelling"}

// api finds, in a function that makes an API, which method of the procedure does which operation.
func (d *docs) api(fn *ast.FuncDecl, methods, consts map[string]string) {
	if len(fn.Type.Params.List) != 1 || len(fn.Type.Params.List[0].Names) != 1 {
		return
	}
	iface, ok := fn.Type.Params.List[0].Type.(*ast.Ident)
	if !ok {
		return
	}
	param := fn.Type.Params.List[0].Names[0].Name
	texts := maps.Clone(consts)
	functions := map[string]ast.Node{} // variables that are functions
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			constants(n, texts)
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if v, ok := to.(*ast.Ident); ok && len(n.Rhs) == len(n.Lhs) {
					if f, ok := n.Rhs[i].(*ast.FuncLit); ok {
						functions[v.Name] = f
					}
				}
			}
		}
		return true
	})
	var called func(n ast.Node) string // the method of the procedure that n calls
	called = func(n ast.Node) (method string) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == param && method == "" {
					method = n.Sel.Name
				}
			case *ast.Ident:
				if f := functions[n.Name]; f != nil && method == "" {
					delete(functions, n.Name) // not again inside of itself
					method = called(f)
					functions[n.Name] = f
				}
			}
			return method == ""
		})
		return method
	}
	var name string
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok && name == "" {
			if k, ok := kv.Key.(*ast.Ident); ok && k.Name == "Name" {
				name = literal(kv.Value, texts)
			}
		}
		return name == ""
	})
	if name == "" {
		return
	}
	d.put(d.APIs, name, firstSentence(methods[iface.Name], iface.Name))
	put := func(operation string, by ast.Node) {
		method := called(by)
		d.put(d.Operations, name+" "+operation, firstSentence(methods[iface.Name+"."+method], method))
	}
	made := map[string]string{} // variable of a route that has no method yet to operationId
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if operation := operationOf(n, texts); operation != "" {
				put(operation, n)
			}
		case *ast.AssignStmt:
			if len(n.Lhs) != 1 || len(n.Rhs) != 1 {
				return true
			}
			switch to := n.Lhs[0].(type) {
			case *ast.Ident:
				if c, ok := n.Rhs[0].(*ast.CallExpr); ok {
					made[to.Name] = operationOf(c, texts)
				}
			case *ast.SelectorExpr: // release.do = func...
				if x, ok := to.X.(*ast.Ident); ok && made[x.Name] != "" && d.Operations[name+" "+made[x.Name]] == "" {
					put(made[x.Name], n.Rhs[0])
				}
			}
		}
		return true
	})
}

func operationOf(c *ast.CallExpr, texts map[string]string) string {
	f := c.Fun
	if i, ok := f.(*ast.IndexExpr); ok {
		f = i.X
	}
	if i, ok := f.(*ast.IndexListExpr); ok {
		f = i.X
	}
	if name, ok := f.(*ast.Ident); !ok || len(c.Args) < 2 || !slices.Contains(makers, name.Name) {
		return ""
	}
	return literal(c.Args[1], texts)
}

// constants notes the texts of a declaration of constants by their names.
func constants(s *ast.ValueSpec, texts map[string]string) {
	for i, v := range s.Values {
		if t := literal(v, nil); t != "" && i < len(s.Names) {
			texts[s.Names[i].Name] = t
		}
	}
}

// literal is the text of a literal, or of a constant.
func literal(e ast.Expr, texts map[string]string) string {
	if name, ok := e.(*ast.Ident); ok {
		return texts[name.Name]
	}
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	return ""
}
