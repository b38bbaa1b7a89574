//! The reproductions of the findings in 0.49.5: each passes if the finding still shows.

#[path = "../../findings/R10.rs"]
mod r10;
#[path = "../../findings/R12.rs"]
mod r12;
#[path = "../../findings/R20.rs"]
mod r20;
#[path = "../../findings/R21.rs"]
mod r21;
#[path = "../../findings/R22.rs"]
mod r22;
#[path = "../../findings/R24.rs"]
mod r24;
#[path = "../../findings/R25.rs"]
mod r25;
#[path = "../../findings/R26.rs"]
mod r26;
#[path = "../../findings/R27.rs"]
mod r27;
#[path = "../../findings/R28.rs"]
mod r28;
#[path = "../../findings/R35.rs"]
mod r35;
#[path = "../../findings/R37.rs"]
mod r37;
#[path = "../../findings/R41.rs"]
mod r41;
#[path = "../../findings/R9.rs"]
mod r9;
