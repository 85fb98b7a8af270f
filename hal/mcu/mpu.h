/* Memory protection unit (Armv7-M, B3.5): finds every write into flash. */
#ifndef MPU_H
#define MPU_H

/* Its regions here. */
enum mpu_region { MPU_PROGRAM, MPU_CHIP_FLASH };

/*
 * From now on a write to the `bytes` at `from` is a fault, or again none; reading and running stay allowed, and so is everything
 * elsewhere. `bytes` is a power of two, from 32 on, and `from` a multiple of it.
 */
void mpu_protect(enum mpu_region region, unsigned long from, unsigned long bytes, int is_protected);

#endif
