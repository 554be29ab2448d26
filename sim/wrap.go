package sim

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wrap breaks text into lines of at most width characters: at spaces, or in a word that is too long before a slash, after
// an equals sign or underscore, after a hyphen, or anywhere.
func wrap(text string, width int) (lines []string) {
	width = max(width, 4)
	line, count := "", utf8.RuneCountInString
	for word := range strings.SplitSeq(text, " ") {
		for i, piece := range pieces(word, width) {
			gap := " "
			if i > 0 || line == "" {
				gap = ""
			}
			if line != "" && count(line)+len(gap)+count(piece) > width {
				lines = append(lines, line)
				line, gap = "", ""
			}
			line += gap + piece
		}
	}
	lines = append(lines, line)
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(l, glue, " ")
	}
	return lines
}

// glue is a space that wrap does not break at.
const glue = "\u00a0"

// pieces breaks a word of more than width characters.
func pieces(word string, width int) (out []string) {
	if utf8.RuneCountInString(word) <= width {
		return []string{word}
	}
	for _, part := range cut(word, func(last, next byte) bool { return next == '/' || last == '=' || last == '_' }) {
		if utf8.RuneCountInString(part) <= width {
			out = append(out, part)
			continue
		}
		for _, part := range cut(part, func(last, _ byte) bool { return last == '-' }) {
			for utf8.RuneCountInString(part) > width {
				at := len(string([]rune(part)[:width]))
				out = append(out, part[:at])
				part = part[at:]
			}
			out = append(out, part)
		}
	}
	return out
}

// cut breaks s between two octets wherever between says so.
func cut(s string, between func(last, next byte) bool) (out []string) {
	from := 0
	for i := 1; i < len(s); i++ {
		if between(s[i-1], s[i]) {
			out = append(out, s[from:i])
			from = i
		}
	}
	return append(out, s[from:])
}

// printed replaces what cannot be seen, as controls and marks of direction, by a sign that stands for it.
func printed(r rune) rune {
	if !unicode.IsGraphic(r) {
		return unicode.ReplacementChar
	}
	return r
}
