# From `nm --print-size` and then `objdump --disassemble`: the bytes of each function in `roots`, and of all functions that it calls.
function bare(address) {
    sub(/^0+/, "", address)
    return address
}
function hex(text, value, index_) {
    for (index_ = 1; index_ <= length(text); index_++)
        value = 16 * value + index("0123456789abcdef", substr(text, index_, 1)) - 1
    return value
}
NF == 4 && $3 ~ /^[tTwW]$/ {
    size[bare($1)] = hex($2)
    if ((" " roots " ") ~ (" " $4 " ")) begins[$4] = bare($1)
    next
}
/^[0-9a-f]+ <.*>:$/ { here = bare($1) }
# A branch to the beginning of a function.
/^ *[0-9a-f]+:\t/ {
    split($0, field, "\t")
    if (field[3] ~ /^b/ && match($0, /[0-9a-f]+ <[^>+]+>/)) {
        split(substr($0, RSTART, RLENGTH), target, " ")
        calls[here] = calls[here] " " target[1]
    }
}
END {
    for (name in begins) {
        split("", seen)
        total = 0
        todo = begins[name]
        while (todo != "") {
            split(todo, next_, " ")
            at = next_[1]
            sub(/^ *[^ ]+ */, "", todo)
            if (at in seen) continue
            seen[at] = 1
            total += size[at]
            todo = todo calls[at]
        }
        print "code", name, total
    }
}
