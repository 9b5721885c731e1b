package conversations

import (
	"strconv"
	"strings"

	"carebell/chat"
)

// op is what a button asks for: two letters in its data.
type op string

const (
	opAgree    op = "ag"
	opReadMore op = "rm"
	opDecline  op = "dc"
	opZoneYes  op = "zy"
	opZoneNo   op = "zn"
	opConfirm  op = "ok"
	opChange   op = "ch"
	opCancel   op = "no"
	opRestore  op = "rs"
	opUndo     op = "un"
	opAgain    op = "ma"
	opBack     op = "bk"
	opResume   op = "re"
	opLeave    op = "lv"
	opTemplate op = "tp"
	opTaken    op = "tk"
	opSkip     op = "sk"
	opLater15  op = "l1"
	opLater60  op = "l6"
	opPrevious op = "pp" // a page of the list
	opNext     op = "pn"
	opThen     op = "th" // taken at its time, said late
	opNow      op = "tn" // taken just now, said late
	// An option's op is "o" and its number.
)

func opOption(i int) op { return op("o" + strconv.Itoa(i)) }

// option is the number of an option's op, or -1.
func (o op) option() int {
	if len(o) == 2 && o[0] == 'o' && o[1] >= '0' && o[1] <= '9' {
		return int(o[1] - '0')
	}
	return -1
}

// opItem is what is asked for the i-th line of a page: e to change it, p to pause it or to let it go on,
// d to end it.
func opItem(verb byte, i int) op { return op(string(verb) + strconv.Itoa(i)) }

// item takes such an op apart.
func (o op) item() (verb byte, i int, ok bool) {
	if len(o) == 2 && strings.IndexByte("epd", o[0]) >= 0 && o[1] >= '0' && o[1] <= '9' {
		return o[0], int(o[1] - '0'), true
	}
	return 0, 0, false
}

// data is what the button carries: v1:<op>:<draft>:<version>. It means nothing to anybody else.
func (d *Draft) data(o op) string {
	return "v1:" + string(o) + ":" + d.ID + ":" + strconv.Itoa(d.Version)
}

// button is a choice of this draft at its present version.
func (d *Draft) button(label string, o op) chat.Choice {
	return chat.Choice{Label: label, Data: d.data(o)}
}

// readData takes a button's data apart. ok is false for what this program did not write.
func readData(data string) (o op, draft string, version int, ok bool) {
	f := strings.Split(data, ":")
	if len(f) != 4 || f[0] != "v1" || len(f[1]) != 2 || len(f[2]) != draftIDLength {
		return "", "", 0, false
	}
	version, err := strconv.Atoi(f[3])
	return op(f[1]), f[2], version, err == nil && version > 0
}

// DraftOf is the id of the draft that a tap's data names, or "".
func DraftOf(data string) string {
	_, id, _, _ := readData(data)
	return id
}
