package conversations

// KindErase is the question whether everything of the person is to be erased.
const KindErase DraftKind = "erase"

// askErase is /delete. Nothing is erased by it: the next message decides.
func (t *turn) askErase() {
	if t.person.ID == "" {
		t.eraseAll("erase_nothing")
		return
	}
	d := t.newDraft(KindErase)
	d.Step, d.Data.Text = StepAsk, ""
	t.ask(d, plain(t.words("erase_ask", nil)))
}

// erasing gives a text to the question of /delete, if it is open: DELETE, or the word of the person's
// language, erases; anything else keeps everything, and goes on being what it is. It reports whether
// nothing is left to do about the text.
func (t *turn) erasing(text string) bool {
	open := t.openErase()
	if open == nil {
		return false
	}
	if t.isWord("words_delete_confirm", text) {
		t.eraseAll("erased")
		return true
	}
	t.touch(open).Status = DraftDropped
	if name, _ := splitCommand(text); name == "delete" {
		return false // it is asked again
	}
	t.say("erase_kept", nil)
	return t.isWord("words_no", text) || t.isWord("words_cancel", text)
}

func (t *turn) openErase() *Draft {
	for i := range t.state.Open {
		if d := &t.state.Open[i]; d.Kind == KindErase && d.Status == DraftOpen && !d.expired(t.now) {
			return d
		}
	}
	return nil
}

// eraseAll says the last word; with its turn everything of the person goes, and the word after it.
func (t *turn) eraseAll(key string) {
	t.result, t.touched = Turn{Erase: true}, nil
	t.say(key, nil)
}
