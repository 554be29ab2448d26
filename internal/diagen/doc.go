// Package diagen compiles Diameter dictionaries to Go.
//
// The language is that of diameterc, the dictionary compiler of Erlang/OTP (sections @id, @name, @prefix, @vendor,
// @inherits, @avp_types, @avp_vendor_id, @grouped, @messages, @enum; ";" starts a comment), so that one file serves both.
// What Go needs and Erlang does not know stands in comments that start with ";@" at the beginning of a line:
//
//	;@go PATH                     import path of the package that the dictionary generates
//	;@bitmask AVP                 the AVP is a bit mask; "NAME BIT" items follow, each in a line of its own: ";@  NAME BIT"
//	;@values AVP                  the AVP, an unsigned number, has named values; "NAME VALUE" items follow in the same way
//	;@constant AVP NAME           the AVP always has this value of its enumeration: it is sent, and read but not kept
//	;@required NAME AVP ...       optional in the grammar of the message or group, but the procedures cannot do without it
//	;@required NAME GROUP/AVP ... the same for a member of a group, in this message or group only
//	;@mbit AVP must               messages and groups of this dictionary carry the inherited AVP with the M bit; "mustnot": without
//	;@name AVP NAME               the name of the AVP in Go
//	;@masked AVP ...              names a subscriber; String masks it
//	;@hidden AVP ...              user data; String tells its length only
//	;@empty AVP ...               text that may be empty where it is required
//
// A comment after an AVP type, an enumeration value or an item describes it; whole-line comments directly before a group
// or message describe that.
//
// [Parse] reads one file, [Resolve] finds what it inherits and checks it, [Generate] writes Go. [Compile] does all of that,
// and finds the files. Errors about a dictionary are of type [Error] and name file, line and rule. docs/dictionaries.md
// describes the language by an example.
package diagen
