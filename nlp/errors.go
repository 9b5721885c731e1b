package nlp

// sentences explain the error codes. They end with what to do.
var sentences = map[string]string{
	"empty":              "There is nothing to read. Write what and when, such as \"tomorrow at 9:00 call the doctor\".",
	"too_long":           "The text is too long to read. Send at most 4096 characters.",
	"no_schedule":        "No time was found. Say when, such as \"tomorrow at 9:00\" or \"every day at 8:00\".",
	"no_time":            "The time is missing. Add when, such as \"at 9:00\" or \"every day at 8:00\".",
	"past_time":          "That time has passed. Choose a later one.",
	"impossible_date":    "That date does not exist. Check day and month.",
	"impossible_clock":   "That time of day does not exist. Use 00:00 to 23:59.",
	"as_needed":          "\"As needed\" has no times to schedule. Say at which times you want a reminder.",
	"interval_zero":      "A repetition every 0 units has no times. Use at least 1.",
	"interval_too_short": "That repeats too often to go on without an end. Use a longer interval or say until when.",
	"interval_too_long":  "That interval is too long. Use at most 1000 units.",
	"interval_fraction":  "Only hours can be divided. Use a whole number of days, weeks or months.",
	"interval_range":     "A range is not one interval. Say the one you mean, such as \"every 6 hours\".",
	"times_a_week":       "Several times a week or month needs its days. Name them, such as \"every monday and thursday\".",
	"contradiction":      "Two parts of this contradict each other. Keep one of them.",
	"bound_before_start": "It would end before it begins. Choose a later end.",
	"too_far":            "That lies beyond the year 9998. Choose an earlier date.",
	"too_many":           "That is too many times a day. Name the times or use an interval.",
	"name_or_day":        "A name in this may also be a day. Say when with a date or a time, such as \"on friday at 9:00\".",
	"rule_unread":        "How often that happens could not be read. Say it like \"every day at 8:00\" or \"every monday at 9:00\".",
	"holidays":           "Holidays are on no calendar that is known here. Leave them out and skip those days when they come.",
	"nothing_left":       "The exceptions leave no time at all. Remove one of them.",
}

// unread reports whether an error only says that no time was found, so that another language may.
func unread(code string) bool { return code == "no_schedule" || code == "no_time" }

func failure(lang, code string, span Span) Result {
	return Result{Kind: Failure, Language: lang, Err: &Error{Code: code, Sentence: sentences[code], Span: span}}
}
