/* Memory protection unit (Armv7-M, B3.5): finds every write into flash. */
#ifndef MPU_H
#define MPU_H

/* From now on a write below `bytes` is a fault; reading and running stay allowed, and so does everything above. A power of two. */
void mpu_protect_flash(unsigned long bytes);

#endif
