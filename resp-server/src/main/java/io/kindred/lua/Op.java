package io.kindred.lua;

/**
 * The instructions. Each is three ints: the operation (low 8 bits) with a, then b, then c. "rk" is a register, or, below zero,
 * the constant of its complement. "n or open" is a count, or, below zero, the complement of a count behind which come the open
 * values of the instruction before.
 */
final class Op {
    static final int SIZE = 3;

    /** a := b. */
    static final int MOVE = 0;
    /** a := constant b. */
    static final int LOADK = 1;
    /** a to a + b - 1 := nil. */
    static final int LOADNIL = 2;
    /** a := b != 0. */
    static final int LOADBOOL = 3;
    /** a := global of constant b. */
    static final int GETGLOBAL = 4;
    /** global of constant b := rk a, whose sign is c. */
    static final int SETGLOBAL = 5;
    /** a := shared variable b. */
    static final int GETSHARED = 6;
    /** shared variable a := rk b. */
    static final int SETSHARED = 7;
    /** a := value of the cell in b. */
    static final int GETCELL = 8;
    /** value of the cell in a := rk b. */
    static final int SETCELL = 9;
    /** a := a cell with what is in a. */
    static final int NEWCELL = 10;
    /** a := b[rk c]. */
    static final int GETTABLE = 11;
    /** a[rk b] := rk c. */
    static final int SETTABLE = 12;
    /** a + 1 := b, a := b[constant c]. */
    static final int SELF = 13;
    /** a := a table with room for b in its array and c beside. */
    static final int NEWTABLE = 14;

    static final int ADD = 15;
    static final int SUB = 16;
    static final int MUL = 17;
    static final int DIV = 18;
    static final int MOD = 19;
    static final int POW = 20;
    /** a := -rk b. */
    static final int UNM = 21;
    /** a := not rk b. */
    static final int NOT = 22;
    /** a := #rk b. */
    static final int LEN = 23;
    /** a := what is in b to c, put together. */
    static final int CONCAT = 24;
    /** Goes to a. */
    static final int JMP = 25;
    /** Goes to a if rk b is true. */
    static final int JT = 26;
    /** Goes to a if rk b is false. */
    static final int JF = 27;

    static final int JEQ = 28;
    static final int JNE = 29;
    static final int JLT = 30;
    static final int JNLT = 31;
    static final int JLE = 32;
    static final int JNLE = 33;
    /** Calls a with (n or open b) arguments from a + 1 on; c results, or all of them as open values (-1), go to a. */
    static final int CALL = 34;
    /** Calls a as CALL, in place of this call. */
    static final int TAILCALL = 35;
    /** Gives (n or open b) values from a on. */
    static final int RETURN = 36;
    /** Prepares the loop over a (index), a + 1 (limit), a + 2 (step); goes to b. */
    static final int FORPREP = 37;
    /** a += a + 2; if that is within a + 1: a + 3 := a, goes to b. */
    static final int FORLOOP = 38;
    /** a + 3 to a + 2 + c := a(a + 1, a + 2); if there is one: a + 2 := a + 3; else goes to b. */
    static final int TFORCALL = 39;
    /** a[c + 1], ... := (n or open b) values from a + 1 on. */
    static final int SETLIST = 40;
    /** a := a closure of function b. */
    static final int CLOSURE = 41;
    /** a, ... := b varargs, or all of them as open values (-1). */
    static final int VARARG = 42;

    static final int EQ = 43;
    static final int LT = 44;
    static final int LE = 45;
    /** a := the table of Lua 5.0, with the varargs and their number. */
    static final int ARG = 46;

    private Op() {}
}
